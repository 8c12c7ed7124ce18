"""What a page holds in memory, its workers and its audio thread with it, as Chromium counts it.

WebAssembly's memories are noted in each thread as they are made; but an audio thread begins before it can be asked to.
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
_NOTING = """(() => {
  const memories = (globalThis.notedMemories = []);
  const note = (instance) => {
    const made = Object.values(instance.exports).filter((it) => it instanceof WebAssembly.Memory);
    memories.push(...made.map((memory) => new WeakRef(memory)));
  };
  const { Instance, instantiate } = WebAssembly;
  WebAssembly.instantiate = async (...given) => {
    const made = await instantiate(...given);
    note(made instanceof Instance ? made : made.instance);
    return made;
  };
  WebAssembly.Instance = new Proxy(Instance, {
    construct(type, given) {
      const made = new type(...given);
      note(made);
      return made;
    },
  });
})()"""
_LENGTHS = "(globalThis.notedMemories ?? []).map((it) => it.deref()?.buffer.byteLength ?? 0).filter(Boolean)"
Json = dict[str, Any]


@dataclasses.dataclass(frozen=True)
class Held:
    """Bytes of all threads together, after a garbage collection."""

    scripts_bytes: int
    """Objects of JavaScript and of the document."""
    buffers_bytes: int
    """Array buffers: decoded sound is among them."""
    assembly_bytes: int
    """Memories of WebAssembly, as long as they are."""
    assemblies: int
    """How many of those there are."""

    @property
    def bytes(self) -> int:
        return self.scripts_bytes + self.buffers_bytes + self.assembly_bytes

    def __str__(self) -> str:
        parts = (self.bytes, self.scripts_bytes, self.buffers_bytes, self.assembly_bytes)
        whole, scripts, buffers, assembly = (f"{each / 1e6:.1f} MB" for each in parts)
        return f"{whole}: {scripts} of scripts, {buffers} of buffers, {assembly} of {self.assemblies} WebAssemblies"


class PageMemory:
    """Asks the page and every thread that it has started."""

    def __init__(self, cdp: CDPSession) -> None:
        """Of the page that this session is attached to; see `opened`."""
        self._cdp = cdp
        self._threads: list[str] = []
        self._noting: list[asyncio.Future[None]] = []
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
        await cdp.send("Target.setAutoAttach", {"autoAttach": True, "waitForDebuggerOnStart": True, "flatten": False})
        yield memory
        await cdp.detach()

    @property
    def threads(self) -> int:
        """How many there are beside the page's own."""
        return len(self._threads)

    async def held(self) -> Held:
        """What is held now."""
        await asyncio.gather(*self._noting)
        parts = [await self._held_by(thread) for thread in (None, *self._threads)]
        return Held(*(sum(part) for part in zip(*parts, strict=True)))

    async def _held_by(self, thread: str | None) -> tuple[int, int, int, int]:
        await self._ask(thread, "HeapProfiler.collectGarbage")
        usage = await self._ask(thread, "Runtime.getHeapUsage")
        lengths = await self._assemblies_of(thread)
        scripts = int(usage["usedSize"] + usage["embedderHeapUsedSize"])
        return scripts, int(usage["backingStorageSize"]), sum(lengths), len(lengths)

    async def _assemblies_of(self, thread: str | None) -> list[int]:
        told = await self._ask(thread, "Runtime.evaluate", expression=_LENGTHS, returnByValue=True)
        return [int(length) for length in told["result"]["value"]]

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
        self._noting.append(asyncio.ensure_future(self._begin(told["sessionId"])))
        # One service worker serves all pages of the address, and outlives this one.
        if told["targetInfo"]["type"] != "service_worker":
            self._threads.append(told["sessionId"])

    async def _begin(self, thread: str) -> None:
        """A thread waits with its own script until its memories are noted."""
        await self._ask(thread, "Runtime.evaluate", expression=_NOTING)
        await self._ask(thread, "Runtime.runIfWaitingForDebugger")

    def _detach(self, told: Json) -> None:
        if told["sessionId"] in self._threads:
            self._threads.remove(told["sessionId"])

    def _receive(self, told: Json) -> None:
        answer = json.loads(told["message"])
        waiting = self._asked.pop(answer.get("id", 0), None)
        if waiting is not None:
            waiting.set_result(answer["result"])
