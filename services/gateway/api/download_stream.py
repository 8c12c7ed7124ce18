"""The bytes of a download, exactly as many as were announced where that is known, across a restart of the library."""

from __future__ import annotations

import asyncio
import logging
from collections.abc import AsyncIterator, Awaitable, Callable
from typing import TYPE_CHECKING, Any, Protocol

import grpc

from chassis import logs
from chassis.rpc.errors import from_error, is_transient
from services.gateway.api.calls import ask, refused
from services.gateway.api.problems import Problem, Refused, refuse
from services.gateway.domain.byte_ranges import ByteRange
from stripsession.library.v1 import library_service_pb2

if TYPE_CHECKING:
    from collections.abc import AsyncGenerator

    from grpc.aio import UnaryStreamCall
    from starlette.requests import Request

    from stripsession.library.v1.library_service_pb2_grpc import LibraryServiceAsyncStub

_log = logging.getLogger(__name__)

READ_S = 6 * 3600.0
"""Longest download; a slower reader goes on with a range."""
_TRIES = 7
_PAUSE_S = 0.25
"""Before the second try, and twice as long before each further one: 16 s, and what the tries themselves wait for."""
_LOOK_BYTES = 1 << 20
"""Whether the reader is still let in is looked at after each so many."""


class Source(Protocol):
    """A file of a service's."""

    def read(self, start: int, stop: int) -> AsyncGenerator[bytes, None]:
        """Bytes [start, stop); `stop` 0 means to the end. Raises grpc.RpcError."""
        ...

    async def still(self) -> None:
        """Raises Refused where the file is another by now: bytes of two versions are never joined."""
        ...


class LibrarySource:
    """A download, as the library makes it."""

    def __init__(self, library: LibraryServiceAsyncStub, spec: library_service_pb2.DownloadSpec, *, etag: str) -> None:
        """`etag` is the library's."""
        self._library = library
        self._spec = spec
        self._etag = etag

    def read(self, start: int, stop: int) -> AsyncGenerator[bytes, None]:
        """Its bytes. Raises grpc.RpcError."""
        request = library_service_pb2.ReadDownloadRequest(spec=self._spec, start_byte=start, stop_byte=stop)
        return chunks_of(self._library.ReadDownload(request, timeout=READ_S, wait_for_ready=True))

    async def still(self) -> None:
        """Raises Refused."""
        told = await ask(self._library.DescribeDownload, library_service_pb2.DescribeDownloadRequest(spec=self._spec))
        if told.etag != self._etag:
            raise Refused(Problem(409, "DOWNLOAD_CHANGED", "The file changed while it was read."))


class DownloadStream:
    """Reads a range of a service's file, and goes on where it was when the service goes away in the middle."""

    def __init__(self, source: Source, part: ByteRange | None, still: Callable[[], Awaitable[None]]) -> None:
        """`part` is None for the whole of a file of unknown size; `still` refuses a reader who is let in no more."""
        self._source = source
        self._at = part.start if part else 0
        self._stop = part.stop if part else None
        self._still = still
        self._look_at = self._at + _LOOK_BYTES
        self._pieces: AsyncGenerator[bytes, None] | None = None
        self._first = b""

    async def open(self, request: Request) -> None:
        """Read the first piece, so that a refusal is still an answer. Raises Refused.

        It may take minutes to make: whoever leaves meanwhile holds no place of others'.
        """
        self._pieces = self._read()
        first, left = asyncio.ensure_future(anext(self._pieces, b"")), asyncio.ensure_future(_left(request))
        try:
            await asyncio.wait({first, left}, return_when=asyncio.FIRST_COMPLETED)
            if not first.done():
                raise refuse(408, "BODY_CUT_OFF", "Whoever asked has gone.")
            self._first = first.result()
        except grpc.RpcError as error:
            raise refused(error) from error
        finally:
            left.cancel()
            if not first.done():
                first.cancel()

    async def chunks(self) -> AsyncIterator[bytes]:
        """The bytes. Raises Refused when they cannot be completed; the answer is then cut short."""
        piece = self._first
        try:
            while piece:
                self._at += len(piece)
                yield piece
                if self._at >= self._look_at:
                    self._look_at = self._at + _LOOK_BYTES
                    await self._still()
                piece = await self._next()
        finally:
            if self._pieces is not None:
                await self._pieces.aclose()
        # Where the size is not known, the end is where the library ends without an error.
        if self._stop is not None and self._at != self._stop:
            raise Refused(Problem(500, "INTERNAL", "The download ended early."))

    async def _next(self) -> bytes:
        for tried in range(_TRIES):
            try:
                if tried:
                    await self._source.still()
                    self._pieces = self._read()
                return b"" if self._pieces is None else await anext(self._pieces, b"")
            except (grpc.RpcError, Refused) as error:
                if not _may_pass(error) or tried == _TRIES - 1:
                    raise error if isinstance(error, Refused) else refused(error) from error
                reason = error.problem.reason if isinstance(error, Refused) else from_error(error).reason
                logs.event(_log, logging.INFO, "download goes on", reason=reason)
                await asyncio.sleep(_PAUSE_S * 2**tried)
        return b""

    def _read(self) -> AsyncGenerator[bytes, None]:
        return self._source.read(self._at, self._stop or 0)


def _may_pass(error: grpc.RpcError | Refused) -> bool:
    """Whether asking again helps: a service that restarts neither reads nor says whether its file is still there."""
    if isinstance(error, Refused):
        return error.problem.status in {503, 504}
    return is_transient(error)


async def chunks_of(call: UnaryStreamCall[Any, Any]) -> AsyncGenerator[bytes, None]:
    """The bytes that a service streams; the call ends when they are read no further. Raises grpc.RpcError."""
    try:
        async for answer in call:
            if answer.chunk:
                yield answer.chunk
    finally:
        call.cancel()


async def _left(request: Request) -> None:
    """Ends when whoever asks has gone away."""
    while (await request.receive())["type"] != "http.disconnect":
        # What is left of the request's body, which says nothing.
        pass
