"""Secrets of one installation: made once, kept in files that only their owner can read."""

from __future__ import annotations

import contextlib
import os
import secrets
from pathlib import Path

from chassis.sealing import KEY_BYTES


def secret(folder: Path, name: str) -> str:
    """A URL-safe random password of that name, made at its first use."""
    return _once(folder / name, secrets.token_urlsafe(24).encode()).decode()


MASTER_KEY = "master-key"
"""File of the key by which those of people are wrapped."""


def key_file(folder: Path, name: str) -> Path:
    """A file with 32 random bytes, made at its first use."""
    _once(folder / name, secrets.token_bytes(KEY_BYTES))
    return folder / name


def prefixed_file(folder: Path, name: str, prefix: str) -> Path:
    """A file with a random key that begins so, made at its first use."""
    _once(folder / name, f"{prefix}{secrets.token_hex(24)}".encode())
    return folder / name


def _once(path: Path, fresh: bytes) -> bytes:
    path.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
    with contextlib.suppress(FileNotFoundError):
        if known := path.read_bytes():
            return known
        # Empty: an earlier version was killed between making and filling it, and nothing was ever locked with it.
        path.unlink()
    written = path.with_name(f".{path.name}.{secrets.token_hex(8)}")
    with os.fdopen(os.open(written, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "wb") as file:
        file.write(fresh)
        file.flush()
        os.fsync(file.fileno())
    # A link appears whole or not at all, and never replaces the secret of a process that was faster.
    with contextlib.suppress(FileExistsError):
        os.link(written, path)
    written.unlink()
    return path.read_bytes()
