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
_CANCEL_AGAIN_S = 10.0


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
    """Start every part, wait for SIGTERM, SIGINT or `stopping`, then stop them in reverse, also when a start fails.

    A start under way when told to stop is given up; a part that fails to stop keeps no other from stopping.
    """
    stopping = stopping or asyncio.Event()
    loop = asyncio.get_running_loop()
    for number in (signal.SIGTERM, signal.SIGINT):
        loop.add_signal_handler(number, stopping.set)
    started: list[Part] = []
    try:
        for part in parts:
            if not await _started(part, stopping):
                break
            started.append(part)
        else:
            logs.event(_log, logging.INFO, "ready")
            await stopping.wait()
        logs.event(_log, logging.INFO, "stopping")
    finally:
        for part in reversed(started):
            try:
                await part.stop()
            except Exception:  # noqa: BLE001 - the other parts must still be stopped
                _log.exception("a part did not stop cleanly: %s", part.name)
    logs.event(_log, logging.INFO, "stopped")


async def _started(part: Part, stopping: asyncio.Event) -> bool:
    starting = asyncio.ensure_future(part.start())
    told = asyncio.create_task(stopping.wait())
    try:
        await asyncio.wait((starting, told), return_when=asyncio.FIRST_COMPLETED)
    finally:
        told.cancel()
        if not starting.done():
            starting.cancel()
            await asyncio.wait((starting,))
    if starting.cancelled():
        return False
    starting.result()
    return True


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
        if self._task is None:
            return
        # Python 3.11's wait_for, which libraries use, may swallow a cancellation; so it is repeated.
        while not self._task.done():
            self._task.cancel()
            await asyncio.wait((self._task,), timeout=_CANCEL_AGAIN_S)

    async def _forever(self) -> None:
        pause_s = _BACKOFF_FIRST_S
        loop = asyncio.get_running_loop()
        while True:
            began = loop.time()
            try:
                await self._work()
            except asyncio.CancelledError:
                if told_to_stop():
                    raise
                logs.event(_log, logging.WARNING, "background work failed", work=self.name, reason="cancelled inside")
            except Exception as error:  # noqa: BLE001 - whatever failed, the work is begun again
                # Libraries make a failure of a cancellation, such as that they could not connect.
                level = logging.DEBUG if told_to_stop() else logging.WARNING
                logs.event(_log, level, "background work failed", work=self.name, reason=repr(error))
                _log.debug("background work failed", exc_info=True)
            if told_to_stop():
                return
            if loop.time() - began > _BACKOFF_LAST_S:
                pause_s = _BACKOFF_FIRST_S
            await asyncio.sleep(pause_s)
            pause_s = min(pause_s * 2, _BACKOFF_LAST_S)


def told_to_stop() -> bool:
    """Whether the running task was cancelled from outside, unlike by an error inside that reads like it."""
    task = asyncio.current_task()
    return task is not None and task.cancelling() > 0


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
            if told_to_stop():
                return
            with contextlib.suppress(TimeoutError):
                async with asyncio.timeout(self._every_s):
                    await self._woken.wait()
