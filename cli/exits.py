"""Exit codes, the same for every verb."""

from __future__ import annotations

DONE = 0
SOME_FAILED = 1
USAGE = 2
NOT_RUNNING = 3
INTERRUPTED = 130


class CommandFault(Exception):
    """A command cannot go on; the text says why and what to do."""

    def __init__(self, message: str, exit_code: int = SOME_FAILED) -> None:
        """`exit_code` is what the process ends with."""
        super().__init__(message)
        self.exit_code = exit_code
