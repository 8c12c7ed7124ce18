"""A seccomp filter written by hand: a decoder needs memory, time and two ends of a socket, and nothing else."""

from __future__ import annotations

import ctypes
import errno
import platform
import struct
from typing import Final

# include/uapi/linux/{audit,filter,seccomp,prctl}.h
AUDIT_ARCH: Final = {"x86_64": 0xC000003E, "aarch64": 0xC00000B7}
LOAD_WORD: Final = 0x20
JUMP_IF_EQUAL: Final = 0x15
JUMP_IF_SET: Final = 0x45
RETURN: Final = 0x06
ALLOW: Final = 0x7FFF0000
REFUSE: Final = 0x00050000 | errno.EPERM
KILL_PROCESS: Final = 0x80000000
OFFSET_NUMBER, OFFSET_ARCH, OFFSET_THIRD_ARGUMENT = 0, 4, 32
PROT_EXEC: Final = 4
SECCOMP_SET_MODE_FILTER: Final = 1
SECCOMP_FILTER_FLAG_TSYNC: Final = 1
SECCOMP_SYSCALL: Final = {"x86_64": 317, "aarch64": 277}

# name: (x86_64, aarch64); -1 where the architecture has no such call.
ALLOWED: Final = {
    "read": (0, 63),
    "write": (1, 64),
    "readv": (19, 65),
    "writev": (20, 66),
    "close": (3, 57),
    "fstat": (5, 80),
    "lseek": (8, 62),
    "poll": (7, -1),
    "ppoll": (271, 73),
    "munmap": (11, 215),
    "mremap": (25, 216),
    "brk": (12, 214),
    "madvise": (28, 233),
    "futex": (202, 98),
    "rt_sigaction": (13, 134),
    "rt_sigprocmask": (14, 135),
    "rt_sigreturn": (15, 139),
    "sigaltstack": (131, 132),
    "restart_syscall": (219, 128),
    "sched_yield": (24, 124),
    "sched_getaffinity": (204, 123),
    "getpid": (39, 172),
    "gettid": (186, 178),
    "getrusage": (98, 165),
    "clock_gettime": (228, 113),
    "clock_nanosleep": (230, 115),
    "nanosleep": (35, 101),
    "getrandom": (318, 278),
    "rseq": (334, 293),
    "exit": (60, 93),
    "exit_group": (231, 94),
}
# Allowed unless they ask for executable pages.
ALLOWED_NOT_EXECUTABLE: Final = {"mmap": (9, 222), "mprotect": (10, 226)}


class _Program(ctypes.Structure):
    _fields_ = [("length", ctypes.c_ushort), ("instructions", ctypes.c_void_p)]


def build_filter(machine: str) -> bytes:
    """The BPF program for `machine` ('x86_64' or 'aarch64'), eight bytes an instruction.

    An allow-list: what is not named fails with EPERM. A call of another architecture kills the process.
    """
    column = 0 if machine == "x86_64" else 1

    def instruction(code: int, operand: int, if_true: int = 0, if_false: int = 0) -> bytes:
        return struct.pack("=HBBI", code, if_true, if_false, operand)

    program = [
        instruction(LOAD_WORD, OFFSET_ARCH),
        instruction(JUMP_IF_EQUAL, AUDIT_ARCH[machine], if_true=1),
        instruction(RETURN, KILL_PROCESS),
        instruction(LOAD_WORD, OFFSET_NUMBER),
    ]
    for numbers in ALLOWED_NOT_EXECUTABLE.values():
        program += [
            instruction(JUMP_IF_EQUAL, numbers[column], if_false=4),
            instruction(LOAD_WORD, OFFSET_THIRD_ARGUMENT),
            instruction(JUMP_IF_SET, PROT_EXEC, if_false=1),
            instruction(RETURN, REFUSE),
            instruction(RETURN, ALLOW),
        ]
    for numbers in ALLOWED.values():
        if numbers[column] >= 0:
            program += [instruction(JUMP_IF_EQUAL, numbers[column], if_false=1), instruction(RETURN, ALLOW)]
    program.append(instruction(RETURN, REFUSE))
    return b"".join(program)


def install_filter(libc: ctypes.CDLL) -> None:
    """Put every thread of this process under the filter; needs no_new_privs. Raises OSError, KeyError if it cannot."""
    machine = platform.machine()
    number = SECCOMP_SYSCALL[machine]
    instructions = build_filter(machine)
    held = ctypes.create_string_buffer(instructions, len(instructions))
    program = _Program(len(instructions) // 8, ctypes.cast(held, ctypes.c_void_p))
    status = libc.syscall(
        ctypes.c_long(number),
        ctypes.c_long(SECCOMP_SET_MODE_FILTER),
        ctypes.c_long(SECCOMP_FILTER_FLAG_TSYNC),
        ctypes.byref(program),
    )
    if status != 0:
        raise OSError(ctypes.get_errno(), "seccomp")
