"""What a page holds in memory, its workers and its audio thread with it, as Chromium counts it.

All but the memory of WebAssembly, which Chromium tells of no audio thread.
"""

from __future__ import annotations

import asyncio
import dataclasses
import itertools
import json
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import Any

from playwright.async_api import CDPSession, Page

_ANSWER_WITHIN_S = 30.0
Json = dict[str, Any]


@dataclasses.dataclass(frozen=True)
class Held:
    """Bytes of all threads together, after a garbage collection."""

    scripts_bytes: int
    """Objects of JavaScript and of the document."""
    buffers_bytes: int
    """Array buffers: decoded sound is among them."""

    @property
    def bytes(self) -> int:
        return self.scripts_bytes + self.buffers_bytes

    def __str__(self) -> str:
        whole, scripts, buffers = (f"{each / 1e6:.1f} MB" for each in (self.bytes, *dataclasses.astuple(self)))
        return f"{whole}: {scripts} of scripts, {buffers} of buffers"


class PageMemory:
    """Asks the page and every thread that it has started."""

    def __init__(self, cdp: CDPSession) -> None:
        """Of the page that this session is attached to; see `opened`."""
        self._cdp = cdp
        self._threads: list[str] = []
        self._numbers = itertools.count(1)
        self._asked: dict[int, asyncio.Future[Json]] = {}
        cdp.on("Target.attachedToTarget", self._attach)
        cdp.on("Target.detachedFromTarget", self._detach)
        cdp.on("Target.receivedMessageFromTarget", self._receive)

    @classmethod
    @asynccontextmanager
    async def opened(cls, page: Page) -> AsyncIterator[PageMemory]:
        """While the block runs, threads are found as they start and forgotten as they end."""
        cdp = await page.context.new_cdp_session(page)
        memory = cls(cdp)
        await cdp.send("Target.setAutoAttach", {"autoAttach": True, "waitForDebuggerOnStart": False, "flatten": False})
        yield memory
        await cdp.detach()

    @property
    def threads(self) -> int:
        """How many there are beside the page's own."""
        return len(self._threads)

    async def held(self) -> Held:
        """What is held now."""
        parts = [await self._held_by(thread) for thread in (None, *self._threads)]
        return Held(*(sum(part) for part in zip(*parts, strict=True)))

    async def _held_by(self, thread: str | None) -> tuple[int, int]:
        await self._ask(thread, "HeapProfiler.collectGarbage")
        usage = await self._ask(thread, "Runtime.getHeapUsage")
        return int(usage["usedSize"] + usage["embedderHeapUsedSize"]), int(usage["backingStorageSize"])

    async def _ask(self, thread: str | None, method: str, **parameters: object) -> Json:
        if thread is None:
            answer: Json = await self._cdp.send(method, parameters)
            return answer
        number = next(self._numbers)
        waiting = self._asked[number] = asyncio.get_running_loop().create_future()
        message = json.dumps({"id": number, "method": method, "params": parameters})
        await self._cdp.send("Target.sendMessageToTarget", {"sessionId": thread, "message": message})
        return await asyncio.wait_for(waiting, _ANSWER_WITHIN_S)

    def _attach(self, told: Json) -> None:
        # One service worker serves all pages of the address, and outlives this one.
        if told["targetInfo"]["type"] != "service_worker":
            self._threads.append(told["sessionId"])

    def _detach(self, told: Json) -> None:
        if told["sessionId"] in self._threads:
            self._threads.remove(told["sessionId"])

    def _receive(self, told: Json) -> None:
        answer = json.loads(told["message"])
        waiting = self._asked.pop(answer.get("id", 0), None)
        if waiting is not None:
            waiting.set_result(answer["result"])
