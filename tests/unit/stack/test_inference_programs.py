"""Programs that convert and check models: what they say is passed on, and what they may take is bounded."""

from __future__ import annotations

import os
import sys
from pathlib import Path

import pytest

from stack.inference_programs import FILE_BYTES_MAX, MEMORY_BYTES_LEAST, lines_of

GIB = 1024**3
MEMORY_BYTES = max(MEMORY_BYTES_LEAST, os.sysconf("SC_PAGE_SIZE") * os.sysconf("SC_PHYS_PAGES"))
# The limits are set while the interpreter starts; the last of them is the processor's time.
LIMITED = "import os, resource\nwhile resource.getrlimit(resource.RLIMIT_CPU)[0] < 0: pass\n"
ON_LINUX = pytest.mark.skipif(sys.platform != "linux", reason="other systems limit no other process")


def said(home: Path, program: str, limit_s: float = 60.0) -> list[tuple[str, bool]]:
    """What a program says, and what is said of its end."""
    return list(lines_of([sys.executable, "-c", program], home, limit_s))


@pytest.mark.parametrize("before", ["", "print('a line', flush=True)"], ids=["silent", "silent after a line"])
@pytest.mark.parametrize("closing", ["", "import os; os.close(1)"], ids=["its output open", "its output closed"])
def test_a_program_that_hangs_is_ended(tmp_path: Path, before: str, closing: str) -> None:
    """A program that says nothing more and never ends is ended after its time, also when it has closed its output."""
    program = f"{before}\n{closing}\nimport threading; threading.Event().wait()"
    # On a busy machine the time may be over before the line is said.
    assert said(tmp_path, program, limit_s=0.5)[-1] == ("the converter did not end within 0.5 s", True)


def test_a_program_that_ends_in_time_is_heard_out(tmp_path: Path) -> None:
    """Lines come as they were said; of a failure its own refusal is told, else its last words, else its status."""
    assert said(tmp_path, "print('a: 99 dB')") == [("a: 99 dB", False)]
    refusal = "import sys; sys.exit('refused: no network\\nand a line of no use')"
    assert said(tmp_path, refusal) == [("refused: no network", True)]
    assert said(tmp_path, "raise ValueError('bad')") == [("ValueError: bad", True)]
    assert said(tmp_path, "import os; os._exit(7)") == [("the converter ended with status 7", True)]


@ON_LINUX
def test_a_program_is_bounded_and_sees_nothing_of_ours(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """A program has limits of memory, files and cores, and none of our variables."""
    monkeypatch.setenv("STRIPSESSION_SECRET", "planted")
    names = ("RLIMIT_DATA", "RLIMIT_FSIZE", "RLIMIT_CORE")
    asked = ", ".join(f"resource.getrlimit(resource.{name})[0]" for name in names)
    ((line, _),) = said(tmp_path, f"{LIMITED}print({asked})\nassert 'STRIPSESSION_SECRET' not in os.environ")
    assert list(map(int, line.split())) == [MEMORY_BYTES, FILE_BYTES_MAX, 0]


@ON_LINUX
def test_a_program_cannot_take_more_memory_than_there_is(tmp_path: Path) -> None:
    """A program that asks for more memory than its share does not get it, and that is what is said of its end."""
    # Asked for and not touched, so that nothing is taken from this machine.
    program = f"""{LIMITED}import mmap
held = [mmap.mmap(-1, 1 << 30, mmap.MAP_PRIVATE | mmap.MAP_ANONYMOUS) for _ in range({MEMORY_BYTES // GIB + 1})]
print("it got all of it")
"""
    ((line, is_error),) = said(tmp_path, program)
    assert is_error
    assert "Cannot allocate memory" in line
