"""Answers that are given before a request's body is whole: its sender is to read them, and not to send for ever.

A connection that is closed while its client still sends is reset, and a reset throws away what the client had not read
yet: the very answer that says why. One that stays open takes whatever comes, without an end. So such an answer says
`Connection: close`, what comes after it is read and dropped within bounds, and then the connection ends. That is a
courtesy: where too many take it at once, or the process is to stop, the connection ends with the answer.
"""

from __future__ import annotations

import asyncio
import contextlib
import dataclasses

from starlette.datastructures import Headers, MutableHeaders
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from services.gateway.domain.bulkhead import AllAreFull, Bulkhead, HolderIsFull


@dataclasses.dataclass(frozen=True)
class Bounds:
    """How much is read of bodies that nobody wants."""

    small_bytes_max: int = 64 * 1024
    """A rest that is no larger is read before the answer, which then leaves the connection as it is."""
    first_s: float = 1.0
    """Longest time that the answer waits for such a rest."""
    bytes_max: int = 32 * 1024 * 1024
    """Dropped after an answer; our page sends uploads in pieces of 8 MiB, and a browser reads once it has sent."""
    total_s: float = 30.0
    """Longest time for that."""
    silence_s: float = 5.0
    """Longest silence within it."""
    at_once_per_address: int = 8
    """Bodies of one address that are dropped at once: a browser has six connections."""
    at_once: int = 128
    """Bodies that are dropped at once."""


class EarlyAnswers:
    """Sees to the rest of a body that the application left."""

    def __init__(self, inner: ASGIApp, draining: asyncio.Event, bounds: Bounds = Bounds()) -> None:
        """`inner` need not know of it; nothing is read any more once `draining` is set."""
        self._inner = inner
        self._draining = draining
        self._bounds = bounds
        self._places = Bulkhead(bounds.at_once_per_address, bounds.at_once)

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Have one request answered."""
        if scope["type"] != "http":
            await self._inner(scope, receive, send)
            return
        body = _Body(Headers(scope=scope), receive)
        answer = _Answer(send, body, self._bounds)
        await self._inner(scope, body.receive, answer.send)
        # Here nothing counts the request any more: who is refused for too many at once is not held to be one of them.
        if answer.is_held_open:
            with contextlib.suppress(HolderIsFull, AllAreFull), self._places.place(_sender(scope)):
                await self._drop(body)
            await send({"type": "http.response.body", "body": b""})

    async def _drop(self, body: _Body) -> None:
        """Read on until the end, a bound or the word to stop, for which a sender that trickles would hold us up."""
        if self._draining.is_set():
            return
        ends = [asyncio.ensure_future(body.drop(self._bounds)), asyncio.ensure_future(self._draining.wait())]
        try:
            await asyncio.wait(ends, return_when=asyncio.FIRST_COMPLETED)
        finally:
            for each in ends:
                each.cancel()
            await asyncio.wait(ends)


def _sender(scope: Scope) -> str:
    """The address that the edge found, behind our proxies, or else the connection's own."""
    return str(scope.get("state", {}).get("address") or (scope.get("client") or ("",))[0])


class _Answer:
    """An answer on its way out; the server closes after its end, which an early one therefore keeps back."""

    def __init__(self, send: Send, body: _Body, bounds: Bounds) -> None:
        self._send = send
        self._body = body
        self._bounds = bounds
        self._is_early = False
        self.is_held_open = False

    async def send(self, message: Message) -> None:
        if message["type"] == "http.response.start":
            self._is_early = not await self._body.ends_soon(self._bounds)
            if self._is_early:
                MutableHeaders(scope=message)["Connection"] = "close"
        elif self._is_early and not message.get("more_body", False):
            self.is_held_open = True
            message = {**message, "more_body": True}
        await self._send(message)


class _Body:
    """A request's body, and how much of it has been taken."""

    def __init__(self, headers: Headers, receive: Receive) -> None:
        self._receive = receive
        length = headers.get("content-length", "0")
        self._is_measured = "transfer-encoding" not in headers
        self._length = int(length) if length.isdecimal() else 0
        self._waits_for_word = headers.get("expect", "").lower() == "100-continue"
        self._taken = 0
        self._is_over = self._is_measured and self._length == 0

    async def receive(self) -> Message:
        """What the server gives next; whoever waited for a word to go on gets it with this."""
        self._waits_for_word = False
        message = await self._receive()
        self._taken += len(message.get("body", b""))
        self._is_over = message["type"] != "http.request" or not message.get("more_body", False)
        return message

    async def ends_soon(self, bounds: Bounds) -> bool:
        """Whether nothing of it is to come, once a little has been waited for where little is missing."""
        left = self._length - self._taken if self._is_measured else 0
        if not self._is_over and not self._waits_for_word and left <= bounds.small_bytes_max:
            await self._take(bounds.small_bytes_max, bounds.first_s, bounds.first_s)
        return self._is_over

    async def drop(self, bounds: Bounds) -> None:
        """Read on until its end, or a bound."""
        await self._take(bounds.bytes_max, bounds.total_s, bounds.silence_s)

    async def _take(self, bytes_max: int, total_s: float, silence_s: float) -> None:
        limit = self._taken + bytes_max
        with contextlib.suppress(TimeoutError):
            async with asyncio.timeout(total_s):
                while not self._is_over and self._taken <= limit:
                    async with asyncio.timeout(silence_s):
                        await self.receive()
