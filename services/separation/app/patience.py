"""Try again while another part of the system is away, and not when told to stop meanwhile."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable
from typing import TypeVar

from services.separation.app.ports import ByteSource
from services.separation.domain.errors import DependencyAway

Result = TypeVar("Result")
_PAUSE_FIRST_S = 0.1
_PAUSE_LAST_S = 2.0


async def patiently(step: Callable[[], Awaitable[Result]], patience_s: float) -> Result:
    """The step's result, tried again with growing pauses; raises DependencyAway once `patience_s` is used up."""
    loop = asyncio.get_running_loop()
    until = loop.time() + patience_s
    pause_s = _PAUSE_FIRST_S
    before = cancellations()
    while True:
        try:
            return await step()
        except DependencyAway:
            heed_cancellation(before)
            if loop.time() + pause_s > until:
                raise
        await asyncio.sleep(pause_s)
        pause_s = min(2 * pause_s, _PAUSE_LAST_S)


def cancellations() -> int:
    """How often the running task has been cancelled."""
    task = asyncio.current_task()
    return 0 if task is None else task.cancelling()


def heed_cancellation(before: int = 0) -> None:
    """Raise CancelledError when the running task was cancelled more often than `before`: for who catches an error.

    A transaction that is cancelled rolls back, and when that fails its error takes the cancellation's place. Not every
    cancellation counted is one from outside: in Python 3.11 a task group that failed leaves one behind.
    """
    if cancellations() > before:
        raise asyncio.CancelledError


class PatientSource:
    """A byte source whose reads wait for a storage that is away."""

    def __init__(self, source: ByteSource, patience_s: float) -> None:
        self._source = source
        self._patience_s = patience_s

    @property
    def size_bytes(self) -> int:
        """The whole length."""
        return self._source.size_bytes

    async def read(self, offset: int, length: int) -> bytes:
        """Exactly `length` bytes from `offset`. Raises UploadGone, and DependencyAway when patience ends."""
        return await patiently(lambda: self._source.read(offset, length), self._patience_s)
