"""What the child gives up before it sees a byte of input, and the report of what could not be given up."""

from __future__ import annotations

import ctypes
import os
import resource
import signal
import struct
import sys
from collections.abc import Callable
from typing import Final

from .seccomp import install_filter

# include/uapi/linux/{prctl,sched,landlock}.h
PR_SET_PDEATHSIG: Final = 1
PR_SET_DUMPABLE: Final = 4
PR_SET_NO_NEW_PRIVS: Final = 38
CLONE_NEWUTS, CLONE_NEWIPC, CLONE_NEWUSER, CLONE_NEWNET = 0x04000000, 0x08000000, 0x10000000, 0x40000000
LANDLOCK_CREATE_RULESET, LANDLOCK_RESTRICT_SELF = 444, 446  # the same numbers on every architecture
LANDLOCK_CREATE_RULESET_VERSION: Final = 1
# Filesystem rights known to Landlock ABI 1..5; a ruleset that handles them all and grants none refuses every path.
LANDLOCK_RIGHTS_BY_ABI: Final = {1: 13, 2: 14, 3: 15, 4: 15, 5: 16}


def applied(step: Callable[[], None]) -> str:
    """Run one step: 'applied', or why the platform refused it."""
    try:
        step()
    except (OSError, ValueError, KeyError, AttributeError) as refusal:
        return f"unavailable: {type(refusal).__name__}: {refusal}"
    return "applied"


def enter_sandbox(memory_bytes: int, cpu_s: int, descriptors_max: int, parent_pid: int) -> dict[str, str]:
    """Give up everything a decoder does not need; irreversible.

    `memory_bytes` bounds the address space, `cpu_s` the processor seconds, `descriptors_max` the open descriptors.
    Returns, for each measure, 'applied' or why it is unavailable here. Call after the last import.
    """
    report = {
        "memory": applied(lambda: resource.setrlimit(resource.RLIMIT_AS, (memory_bytes, memory_bytes))),
        "cpu": applied(lambda: resource.setrlimit(resource.RLIMIT_CPU, (cpu_s, cpu_s + 1))),
        "file_size": applied(lambda: resource.setrlimit(resource.RLIMIT_FSIZE, (0, 0))),
        "core": applied(lambda: resource.setrlimit(resource.RLIMIT_CORE, (0, 0))),
        "processes": applied(lambda: resource.setrlimit(resource.RLIMIT_NPROC, (0, 0))),
    }
    measures = ("no_new_privs", "not_dumpable", "namespaces", "dies_with_parent", "landlock", "seccomp")
    if not sys.platform.startswith("linux"):
        report |= dict.fromkeys(measures, f"unavailable: {sys.platform}")
        report["descriptors"] = applied(
            lambda: resource.setrlimit(resource.RLIMIT_NOFILE, (descriptors_max, descriptors_max))
        )
        return report
    libc = ctypes.CDLL(None, use_errno=True)
    report["no_new_privs"] = applied(lambda: _prctl(libc, PR_SET_NO_NEW_PRIVS, 1))
    report["not_dumpable"] = applied(lambda: _prctl(libc, PR_SET_DUMPABLE, 0))
    report["namespaces"] = applied(lambda: _unshare(libc))
    # After unshare: a change of credentials clears the death signal.
    report["dies_with_parent"] = applied(lambda: _die_with_parent(libc, parent_pid))
    report["landlock"] = applied(lambda: _forbid_paths(libc))
    report["descriptors"] = applied(
        lambda: resource.setrlimit(resource.RLIMIT_NOFILE, (descriptors_max, descriptors_max))
    )
    report["seccomp"] = applied(lambda: install_filter(libc))
    return report


def _prctl(libc: ctypes.CDLL, option: int, argument: int) -> None:
    zero = ctypes.c_ulong(0)
    if libc.prctl(ctypes.c_int(option), ctypes.c_ulong(argument), zero, zero, zero) != 0:
        raise OSError(ctypes.get_errno(), f"prctl {option}")


def _unshare(libc: ctypes.CDLL) -> None:
    """An own, empty network; through an own user namespace where an unprivileged process needs one."""
    without_user = CLONE_NEWNET | CLONE_NEWIPC | CLONE_NEWUTS
    if libc.unshare(ctypes.c_int(without_user | CLONE_NEWUSER)) != 0 and libc.unshare(ctypes.c_int(without_user)) != 0:
        raise OSError(ctypes.get_errno(), "unshare")


def _die_with_parent(libc: ctypes.CDLL, parent_pid: int) -> None:
    _prctl(libc, PR_SET_PDEATHSIG, signal.SIGKILL)
    if os.getppid() != parent_pid:  # it died before the signal was asked for
        os._exit(0)


def _forbid_paths(libc: ctypes.CDLL) -> None:
    """Landlock: every path of every file system refused, and TCP where the kernel can (ABI 4 and later)."""
    abi = libc.syscall(ctypes.c_long(LANDLOCK_CREATE_RULESET), None, ctypes.c_size_t(0), ctypes.c_uint(1))
    if abi < 1:
        raise OSError(ctypes.get_errno(), "landlock")
    filesystem = (1 << LANDLOCK_RIGHTS_BY_ABI[min(abi, 5)]) - 1
    attributes = struct.pack("=QQ", filesystem, 3) if abi >= 4 else struct.pack("=Q", filesystem)
    ruleset = libc.syscall(
        ctypes.c_long(LANDLOCK_CREATE_RULESET), attributes, ctypes.c_size_t(len(attributes)), ctypes.c_uint(0)
    )
    if ruleset < 0:
        raise OSError(ctypes.get_errno(), "landlock_create_ruleset")
    try:
        if libc.syscall(ctypes.c_long(LANDLOCK_RESTRICT_SELF), ctypes.c_int(ruleset), ctypes.c_uint(0)) != 0:
            raise OSError(ctypes.get_errno(), "landlock_restrict_self")
    finally:
        os.close(ruleset)
