"""Secrets of one installation."""

from __future__ import annotations

import os
import stat
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest

from stack.secrets import key_file, prefixed_file, secret


def test_a_secret_is_made_once_and_is_its_owners_alone(tmp_path: Path) -> None:
    """The same name gives the same secret, of which nobody else can read the file; nothing lies beside it."""
    folder = tmp_path / "secrets"
    made = secret(folder, "postgres")
    assert len(made) >= 32
    assert secret(folder, "postgres") == made
    assert secret(folder, "other") != made
    assert sorted(path.name for path in folder.iterdir()) == ["other", "postgres"]
    assert stat.S_IMODE((folder / "postgres").stat().st_mode) == 0o600
    assert stat.S_IMODE(folder.stat().st_mode) == 0o700


def test_several_at_once_agree(tmp_path: Path) -> None:
    """Whoever asks first, all get one secret."""
    with ThreadPoolExecutor(8) as threads:
        assert len(set(threads.map(lambda _: secret(tmp_path, "postgres"), range(32)))) == 1


def test_a_death_while_writing_leaves_no_half_secret(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Killed before the bytes are on disk, there is no file under the name; a later start makes a whole one."""

    def die(descriptor: int) -> None:
        raise KeyboardInterrupt

    with monkeypatch.context() as patched:
        patched.setattr(os, "fsync", die)
        with pytest.raises(KeyboardInterrupt):
            key_file(tmp_path, "master-key")
    assert not (tmp_path / "master-key").exists()
    assert len(key_file(tmp_path, "master-key").read_bytes()) == 32


def test_an_empty_file_is_no_secret(tmp_path: Path) -> None:
    """An empty file, as a kill once could leave, is filled rather than used."""
    (tmp_path / "master-key").touch(mode=0o600)
    assert len(key_file(tmp_path, "master-key").read_bytes()) == 32


def test_prefixed_keys_are_made_once(tmp_path: Path) -> None:
    """A key keeps its beginning and its value from start to start, for its owner alone."""
    first = prefixed_file(tmp_path, "key", "sk_test_")
    made = first.read_text()
    assert made.startswith("sk_test_")
    assert len(made) > 40
    assert prefixed_file(tmp_path, "key", "sk_test_").read_text() == made
    assert first.stat().st_mode & 0o077 == 0
