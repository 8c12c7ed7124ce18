"""A request's body on its way into a gRPC stream: constant memory, back-pressure, nothing lost when the sender goes."""

from __future__ import annotations

import asyncio
import contextlib
from collections.abc import AsyncIterator, Awaitable, Callable

from starlette.requests import ClientDisconnect, Request

from services.gateway.api.problems import Refused
from stripsession.library.v1 import library_service_pb2

CHUNK_BYTES = 512 * 1024
"""Pieces are gathered to this size; the contract allows 1 MiB."""
_WAITING = 2


class UploadBody:
    """Reads a body and offers it as messages of AppendUpload."""

    def __init__(
        self,
        request: Request,
        start: library_service_pb2.AppendStart,
        *,
        idle_s: float,
        still: Callable[[], Awaitable[None]],
    ) -> None:
        """A silence of `idle_s` ends it as a broken connection does, and so does `still` once it raises Refused."""
        self._request = request
        self._start = start
        self._idle_s = idle_s
        self._queue: asyncio.Queue[bytes | None] = asyncio.Queue(_WAITING)
        self._still = still
        self.is_cut_off = False
        """Whether the sender went away or fell silent before the end."""
        self.refusal: Refused | None = None
        """Why nothing more was taken."""

    async def messages(self) -> AsyncIterator[library_service_pb2.AppendUploadRequest]:
        """The start, then the chunks; ends in order also when the body breaks off, so that what came is kept."""
        yield library_service_pb2.AppendUploadRequest(start=self._start)
        while (chunk := await self._queue.get()) is not None:
            yield library_service_pb2.AppendUploadRequest(chunk=chunk)

    @contextlib.asynccontextmanager
    async def flowing(self) -> AsyncIterator[None]:
        """Read while the block runs; afterwards the messages end, whatever the sender still sends."""
        reading = asyncio.create_task(self._read())
        try:
            yield
        finally:
            reading.cancel()
            with contextlib.suppress(asyncio.CancelledError):
                await reading
            while not self._queue.empty():
                self._queue.get_nowait()
            self._queue.put_nowait(None)

    async def _read(self) -> None:
        gathered = bytearray()
        stream = self._request.stream()
        try:
            while True:
                async with asyncio.timeout(self._idle_s):
                    chunk = await anext(stream, None)
                if chunk is None:
                    break
                gathered += chunk
                while len(gathered) >= CHUNK_BYTES:
                    await self._pass_on(bytes(gathered[:CHUNK_BYTES]))
                    del gathered[:CHUNK_BYTES]
        except (ClientDisconnect, TimeoutError):
            self.is_cut_off = True
        except Refused as refusal:
            self.refusal = refusal
        if gathered and self.refusal is None:
            try:
                await self._pass_on(bytes(gathered))
            except Refused as refusal:
                self.refusal = refusal
        await self._queue.put(None)

    async def _pass_on(self, piece: bytes) -> None:
        # A body may last for hours, and the session or key that it came by may not.
        await self._still()
        await self._queue.put(piece)
