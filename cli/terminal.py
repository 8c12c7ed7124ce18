"""What the terminal can show, and how this program was called."""

from __future__ import annotations

import codecs
import io
import os
import shlex
import shutil
import sys
from pathlib import Path

from stack.layout import DATA_FOLDER

_PLAIN = {"·": "-", "✓": "+", "✗": "x", "→": "->", "…": "...", "━": "-", "╸": "-", "╺": "-"}
_NAME = "stripsession"


def soften_output() -> None:
    """Let standard output and error stand in plain marks for what their encoding lacks, instead of failing."""
    codecs.register_error("stripsession.plain", _in_plain_marks)
    for stream in (sys.stdout, sys.stderr):
        if isinstance(stream, io.TextIOWrapper):
            stream.reconfigure(errors="stripsession.plain")


def _in_plain_marks(error: UnicodeError) -> tuple[str, int]:
    if not isinstance(error, UnicodeEncodeError):
        raise error
    return "".join(_PLAIN.get(mark, "?") for mark in error.object[error.start : error.end]), error.end


def as_called(text: str) -> str:
    """The text with each `stripsession VERB` written so that it works in this very shell."""
    return text.replace(f"`{_NAME} ", f"`{_command()} ")


def with_data(data: Path) -> str:
    """What a `stripsession VERB` needs behind it to find this data folder; nothing for the usual one."""
    return "" if data == DATA_FOLDER else f" --data {shlex.quote(str(data))}"


def _command() -> str:
    """How to call this program: its name where PATH has it, else its path, else through Python."""
    python = Path(sys.executable)
    called = Path(sys.argv[0])
    script = called if called.name == _NAME else python.with_name(_NAME)
    found = shutil.which(_NAME)
    if found is not None and script.exists() and Path(found).samefile(script):
        return _NAME
    if script.exists():
        return shlex.quote(_from_here(script))
    return f"{shlex.quote(_from_here(python))} -m cli"


def _from_here(path: Path) -> str:
    # Not resolved: a virtual environment's Python is a link out of it.
    absolute = Path(os.path.abspath(path))  # noqa: PTH100 Path.resolve would follow that link
    return str(absolute.relative_to(Path.cwd())) if absolute.is_relative_to(Path.cwd()) else str(absolute)
