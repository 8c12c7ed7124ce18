"""An event loop whose waits take no time, for tests of intervals, back-offs and deadlines without sockets."""

from __future__ import annotations

import asyncio
import selectors
from collections.abc import Coroutine
from typing import Any, TypeVar

Result = TypeVar("Result")


class _Selector(selectors.DefaultSelector):
    """Instead of waiting it lets its clock jump ahead."""

    skipped_s = 0.0

    def select(self, timeout: float | None = None) -> list[tuple[selectors.SelectorKey, int]]:
        if timeout is None:
            return super().select(None)
        self.skipped_s += max(timeout, 0.0)
        return super().select(0)


class _Loop(asyncio.SelectorEventLoop):
    def __init__(self) -> None:
        self._skipping = _Selector()
        super().__init__(self._skipping)

    def time(self) -> float:
        return super().time() + self._skipping.skipped_s


def run_without_waiting(work: Coroutine[Any, Any, Result]) -> Result:
    """Run to the end as `asyncio.run` does; waits take no time, and `loop.time()` says that they took theirs."""
    with asyncio.Runner(loop_factory=_Loop) as runner:
        return runner.run(work)
