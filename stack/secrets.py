"""Secrets of one installation: made once, kept in files that only their owner can read."""

from __future__ import annotations

import os
import secrets
from pathlib import Path

from chassis.sealing import KEY_BYTES


def secret(folder: Path, name: str) -> str:
    """A URL-safe random password of that name, made at its first use."""
    return _once(folder / name, secrets.token_urlsafe(24).encode()).decode()


def key_file(folder: Path, name: str) -> Path:
    """A file with 32 random bytes, made at its first use."""
    _once(folder / name, secrets.token_bytes(KEY_BYTES))
    return folder / name


def _once(path: Path, fresh: bytes) -> bytes:
    path.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
    try:
        descriptor = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
    except FileExistsError:
        return path.read_bytes()
    with os.fdopen(descriptor, "wb") as file:
        file.write(fresh)
    return fresh
