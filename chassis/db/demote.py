"""A program that stops being root and becomes another: `python demote.py PATH... -- PROGRAM ARGUMENT...`.

It is a process of its own, of the standard library alone: a user namespace can only be entered by a process of one
thread, and what forks from a process that speaks gRPC has more.
"""

from __future__ import annotations

import contextlib
import ctypes
import os
import pwd
import sys
from collections.abc import Iterator
from pathlib import Path

_CLONE_NEWUSER = 0x10000000
_PR_SET_PDEATHSIG = 1
_PR_GET_PDEATHSIG = 2
_INSIDE_ID = 1000
_EXIT_CONFIG = 78


def main(arguments: list[str]) -> None:
    """Become an ordinary user to whom the paths belong, then the program; as an ordinary user, the program at once.

    Root becomes an ordinary user in a user namespace of its own, in which it still owns its files. Where the kernel
    forbids that, it becomes `nobody`, who is given the paths.
    """
    border = arguments.index("--")
    paths, program = [Path(path) for path in arguments[:border]], arguments[border + 1 :]
    if os.geteuid() == 0:
        if _may_enter_user_namespace():
            _enter_user_namespace()
        else:
            _become_nobody(paths)
    os.execv(program[0], program)  # noqa: S606 - becoming the program is what this is for


def _may_enter_user_namespace() -> bool:
    if not sys.platform.startswith("linux"):
        return False
    # Tried out by a child: half-way in there is no way back.
    child = os.fork()
    if child == 0:
        try:
            _enter_user_namespace()
        except OSError:
            os._exit(1)
        os._exit(0)
    return os.waitpid(child, 0)[1] == 0


def _enter_user_namespace() -> None:
    libc = ctypes.CDLL(None, use_errno=True)
    if libc.unshare(_CLONE_NEWUSER) != 0:
        raise OSError(ctypes.get_errno(), "unshare")
    for name, text in (("setgroups", "deny"), ("uid_map", f"{_INSIDE_ID} 0 1"), ("gid_map", f"{_INSIDE_ID} 0 1")):
        Path(f"/proc/self/{name}").write_text(text)


@contextlib.contextmanager
def _parent_death_signal_kept() -> Iterator[None]:
    """The kernel forgets, when a process changes its user or group, that it is to end with its parent."""
    if not sys.platform.startswith("linux"):
        yield
        return
    prctl, number = ctypes.CDLL(None).prctl, ctypes.c_int()
    prctl(_PR_GET_PDEATHSIG, ctypes.byref(number))
    yield
    prctl(_PR_SET_PDEATHSIG, number.value)


def _become_nobody(paths: list[Path]) -> None:
    nobody = pwd.getpwnam("nobody")
    for path in paths:
        os.chown(path, nobody.pw_uid, nobody.pw_gid)
        for parent in path.resolve().parents:
            if not parent.stat().st_mode & 0o001:
                sys.stderr.write(
                    f"PostgreSQL cannot run as root, and the user nobody may not enter {parent}; "
                    "run as an ordinary user, or use a folder that others may enter\n"
                )
                raise SystemExit(_EXIT_CONFIG)
    os.setgroups([])
    with _parent_death_signal_kept():
        os.setgid(nobody.pw_gid)
        os.setuid(nobody.pw_uid)


if __name__ == "__main__":
    main(sys.argv[1:])
