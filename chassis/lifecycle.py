"""Start parts in order, run until told to stop, drain, stop in reverse."""

from __future__ import annotations

import asyncio
import contextlib
import logging
import signal
from collections.abc import Awaitable, Callable, Sequence
from typing import Protocol

from chassis import logs

_log = logging.getLogger(__name__)
_BACKOFF_FIRST_S = 0.1
_BACKOFF_LAST_S = 5.0


class Part(Protocol):
    """Something that is started before the service is ready and stopped when it ends."""

    name: str

    async def start(self) -> None:
        """Make it work; raising ends the service."""
        ...

    async def stop(self) -> None:
        """Finish what is under way and let go."""
        ...


async def run(parts: Sequence[Part], *, stopping: asyncio.Event | None = None) -> None:
    """Start every part, wait for SIGTERM, SIGINT or `stopping`, then stop them in reverse, also when a start fails."""
    stopping = stopping or asyncio.Event()
    loop = asyncio.get_running_loop()
    for number in (signal.SIGTERM, signal.SIGINT):
        loop.add_signal_handler(number, stopping.set)
    started: list[Part] = []
    try:
        for part in parts:
            await part.start()
            started.append(part)
        logs.event(_log, logging.INFO, "ready")
        await stopping.wait()
        logs.event(_log, logging.INFO, "stopping")
    finally:
        for part in reversed(started):
            try:
                await part.stop()
            except Exception:
                _log.exception("a part did not stop cleanly: %s", part.name)
    logs.event(_log, logging.INFO, "stopped")


class Background:
    """A task that runs for as long as the service, started again after a pause when it fails."""

    def __init__(self, name: str, work: Callable[[], Awaitable[None]]) -> None:
        """`work` runs until cancelled; returning is a failure like raising."""
        self.name = name
        self._work = work
        self._task: asyncio.Task[None] | None = None

    async def start(self) -> None:
        """Begin the work."""
        self._task = asyncio.create_task(self._forever(), name=self.name)

    async def stop(self) -> None:
        """Cancel the work and wait until it has let go."""
        if self._task is not None:
            self._task.cancel()
            with contextlib.suppress(asyncio.CancelledError):
                await self._task

    async def _forever(self) -> None:
        pause_s = _BACKOFF_FIRST_S
        loop = asyncio.get_running_loop()
        while True:
            began = loop.time()
            try:
                await self._work()
            except Exception as error:
                logs.event(_log, logging.WARNING, "background work failed", work=self.name, reason=repr(error))
                _log.debug("background work failed", exc_info=True)
            if loop.time() - began > _BACKOFF_LAST_S:
                pause_s = _BACKOFF_FIRST_S
            await asyncio.sleep(pause_s)
            pause_s = min(pause_s * 2, _BACKOFF_LAST_S)


class Periodic(Background):
    """A short step repeated at an interval, and at once when woken."""

    def __init__(self, name: str, step: Callable[[], Awaitable[None]], *, every_s: float) -> None:
        """`step` is run now, then every `every_s` seconds after it returned."""
        super().__init__(name, self._repeat)
        self._step = step
        self._every_s = every_s
        self._woken = asyncio.Event()

    def wake(self) -> None:
        """Run the step again without waiting for the interval."""
        self._woken.set()

    async def _repeat(self) -> None:
        while True:
            self._woken.clear()
            await self._step()
            with contextlib.suppress(TimeoutError):
                await asyncio.wait_for(self._woken.wait(), self._every_s)
