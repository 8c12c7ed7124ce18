"""Threads for costly work on passwords, of which few run at a time and not many wait."""

from __future__ import annotations

import asyncio
import concurrent.futures
from collections.abc import Callable
from typing import TypeVar

from services.auth.domain.errors import HashingBusy

Result = TypeVar("Result")


class BoundedThreads:
    """At most `parallel` at work; the others wait briefly or are told to come back."""

    def __init__(
        self, name: str, *, parallel: int, wait_s: float, waiting_max: int, retry_after_s: float = 1.0
    ) -> None:
        """`name` is what the threads are called."""
        self._threads = concurrent.futures.ThreadPoolExecutor(parallel, thread_name_prefix=name)
        self._free = asyncio.Semaphore(parallel)
        self._waiting = 0
        self._waiting_max = waiting_max
        self._wait_s = wait_s
        self._retry_after_s = retry_after_s

    def stop(self) -> None:
        """Let go of the threads."""
        self._threads.shutdown(wait=False, cancel_futures=True)

    async def run(self, work: Callable[[], Result]) -> Result:
        """What `work` returns, in its turn. Raises HashingBusy, and what it raises."""
        await self._take_turn()
        future = asyncio.get_running_loop().run_in_executor(self._threads, work)
        # A caller who gives up does not stop the thread, so the turn ends with the thread and not with the caller.
        future.add_done_callback(self._end_turn)
        return await asyncio.shield(future)

    def _end_turn(self, future: asyncio.Future[Result]) -> None:
        self._free.release()
        # Asked for, so that a failure after the caller has gone is not reported as never retrieved.
        if not future.cancelled():
            future.exception()

    async def _take_turn(self) -> None:
        if self._waiting >= self._waiting_max:
            raise HashingBusy(self._retry_after_s)
        self._waiting += 1
        try:
            async with asyncio.timeout(self._wait_s):
                await self._free.acquire()
        except TimeoutError as error:
            raise HashingBusy(self._retry_after_s) from error
        finally:
            self._waiting -= 1
