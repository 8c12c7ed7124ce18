"""Runs programs of `inference/` that convert and check models, in environments of their own locks.

Nothing of ours is in their reach: no variable of this environment, and no service's packages.
"""

from __future__ import annotations

import contextlib
import os
import resource
import subprocess
import sys
import threading
from collections.abc import Callable, Iterator, Sequence
from pathlib import Path

from stack import environments
from stack.layout import Layout, program_root
from stack.registry import ModelRefused

FILE_BYTES_MAX = 8 * 1024**3
DISK = {"checking.txt": "500 MB", "importing.txt": "1.6 GB"}
"""What the environment of each lock of `inference/requirements` was found to take."""
MEMORY_BYTES_LEAST = 12 * 1024**3
"""What a program may take where the machine has less; a checkpoint was found to need six times its own size."""
PROGRAM_S_MAX = 3600.0
_MARK = "1"


def python_for(layout: Layout, lock: str, size: str, say: Callable[[str], None]) -> Path:
    """The interpreter of the environment that `lock` names, which is made on first use. Raises ModelRefused."""
    path = program_root() / "inference" / "requirements" / lock
    folder = layout.importing / path.stem

    def begin() -> None:
        say(f"setting up what converts and checks models (about {size} on disk, once)")

    try:
        environment = environments.prepare(folder, path, begin, _MARK, lambda _: None)
    except environments.SetupFailed as failed:
        hint = "; pip must know PyTorch's index of CPU wheels (PIP_EXTRA_INDEX_URL)" if "torch" in str(failed) else ""
        raise ModelRefused(f"what converts models cannot be installed: {failed}{hint}") from failed
    return environments.python_of(environment)


def lines_of(argv: Sequence[str], home: Path, limit_s: float = PROGRAM_S_MAX) -> Iterator[tuple[str, bool]]:
    """The program's lines as they come, and then what it said of its end, marked true.

    An interrupt at the terminal ends it with us, and so does `limit_s`, whether it speaks or is silent. It gets no
    variable of this environment, so no token or key, and can neither write a core nor fill the disk or the memory.
    """
    environment = {"HOME": str(home), "TMPDIR": str(home), "PATH": os.defpath, "LANG": "C.UTF-8"}
    environment |= {"PYTHONPATH": str(program_root()), "PYTHONUNBUFFERED": "1", "PYTHONDONTWRITEBYTECODE": "1"}
    with (
        (home / "errors").open("w+", encoding="utf-8", errors="replace") as errors,
        subprocess.Popen(
            argv,
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            stderr=errors,
            env=environment,
            cwd=home,
            text=True,
        ) as process,
    ):
        _limit(process.pid)
        assert process.stdout is not None
        is_late = threading.Event()

        def end() -> None:
            is_late.set()
            process.kill()

        # Beside the reading, which waits for as long as the program keeps its output open.
        deadline = threading.Timer(limit_s, end)
        deadline.daemon = True
        deadline.start()
        try:
            for line in process.stdout:
                yield line.rstrip(), False
            code = process.wait()
        finally:
            deadline.cancel()
            process.kill()
        if is_late.is_set():
            yield f"the converter did not end within {limit_s:g} s", True
            return
        errors.seek(0)
        said = [line.strip() for line in errors.read().splitlines() if line.strip()]
        refusals = [line for line in said if line.startswith("refused: ")]
        if code != 0:
            yield (refusals or said or [f"the converter ended with status {code}"])[-1], True


def _limit(pid: int) -> None:
    """Before the program has opened a file: its interpreter alone takes longer to start."""
    if sys.platform == "linux":
        # Memory that is its own, and not its addresses: PyTorch's threads reserve far more of those than they use, the
        # more the cores.
        memory_bytes = max(MEMORY_BYTES_LEAST, os.sysconf("SC_PAGE_SIZE") * os.sysconf("SC_PHYS_PAGES"))
        for limit, most in (
            (resource.RLIMIT_DATA, memory_bytes),
            (resource.RLIMIT_CORE, 0),
            (resource.RLIMIT_FSIZE, FILE_BYTES_MAX),
            # For a program that outlives us, whom no timer ends. The seconds of all its threads are added up, so that
            # a limit of one hour would end full work on 64 cores within a minute.
            (resource.RLIMIT_CPU, int(PROGRAM_S_MAX) * len(os.sched_getaffinity(0))),
        ):
            with contextlib.suppress(ProcessLookupError):
                resource.prlimit(pid, limit, (most, most))
