"""What a converter may take of the processors, and what is said of its tools' size."""

from __future__ import annotations

import os
import sys
from pathlib import Path

import pytest

from stack.inference_programs import DISK, PROGRAM_S_MAX, lines_of
from tests.paths import REPOSITORY

LIMITED = "import resource\nwhile (most := resource.getrlimit(resource.RLIMIT_CPU)[0]) < 0: pass\nprint(most)"


@pytest.mark.skipif(sys.platform != "linux", reason="other systems limit no other process")
@pytest.mark.parametrize("cores", [1, 64])
def test_a_program_may_use_every_core_for_its_whole_time(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, cores: int
) -> None:
    """The seconds of processor that a program may use are those of its time on every core that it may run on."""
    monkeypatch.setattr(os, "sched_getaffinity", lambda _: set(range(cores)))
    told = list(lines_of([sys.executable, "-c", LIMITED], tmp_path))
    assert told == [(str(int(PROGRAM_S_MAX) * cores), False)]


def test_the_documents_tell_the_sizes_that_the_program_tells() -> None:
    """What docs/models.md says of the tools' size is what an operator is told when they are set up."""
    text = (REPOSITORY / "docs" / "models.md").read_text()
    assert f"(ONNX: {DISK['checking.txt']}; PyTorch: {DISK['importing.txt']}, " in text
