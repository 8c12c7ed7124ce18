"""Words for every terminal."""

from __future__ import annotations

import io
import sys
from pathlib import Path

import pytest

from cli.terminal import as_called, soften_output


def test_a_terminal_without_the_marks_gets_plain_ones(monkeypatch: pytest.MonkeyPatch) -> None:
    """An encoding that lacks our marks, or a name's letters, gets others instead of an error."""
    written = io.BytesIO()
    monkeypatch.setattr(sys, "stdout", io.TextIOWrapper(written, encoding="ascii"))
    monkeypatch.setattr(sys, "stderr", io.TextIOWrapper(io.BytesIO(), encoding="ascii"))
    soften_output()
    sys.stdout.write("✓ song → stems · ü")
    sys.stdout.flush()
    assert written.getvalue() == b"+ song -> stems - ?"


def make_program(folder: Path) -> Path:
    folder.mkdir(parents=True)
    program = folder / "stripsession"
    program.write_text("#!/bin/sh\n")
    program.chmod(0o755)
    return program


def test_a_program_off_the_path_is_named_by_its_path(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    """What to type next works where the program was called, whether or not PATH has it."""
    program = make_program(tmp_path / ".venv" / "bin")
    monkeypatch.chdir(tmp_path)
    monkeypatch.setattr(sys, "argv", [str(program)])
    monkeypatch.setenv("PATH", "/nowhere")
    assert as_called("run `stripsession up`") == "run `.venv/bin/stripsession up`"
    monkeypatch.setenv("PATH", str(program.parent))
    assert as_called("run `stripsession up`") == "run `stripsession up`"


def test_a_program_called_through_python_is_named_so(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    """Where no program is installed, the module is."""
    monkeypatch.chdir(tmp_path)
    monkeypatch.setattr(sys, "argv", [str(tmp_path / "cli" / "__main__.py")])
    monkeypatch.setattr(sys, "executable", str(tmp_path / "bin" / "python"))
    monkeypatch.setenv("PATH", "/nowhere")
    assert as_called("`stripsession doctor`") == "`bin/python -m cli doctor`"
