"""The bytes of a download, exactly as many as were announced where that is known, across a restart of the library."""

from __future__ import annotations

import logging
from collections.abc import AsyncIterator
from typing import TYPE_CHECKING

import grpc

from chassis import logs
from chassis.rpc.errors import from_error, is_transient
from services.gateway.api.calls import ask, refused
from services.gateway.api.problems import Problem, Refused
from services.gateway.domain.byte_ranges import ByteRange
from stripsession.library.v1 import library_service_pb2

if TYPE_CHECKING:
    from collections.abc import AsyncGenerator

    from stripsession.library.v1.library_service_pb2_grpc import LibraryServiceAsyncStub

_log = logging.getLogger(__name__)

READ_S = 6 * 3600.0
"""Longest download; a slower reader goes on with a range."""
_TRIES = 5


class DownloadStream:
    """Reads a range from the library, and goes on where it was when the library goes away in the middle."""

    def __init__(
        self,
        library: LibraryServiceAsyncStub,
        spec: library_service_pb2.DownloadSpec,
        part: ByteRange | None,
        *,
        etag: str,
    ) -> None:
        """`part` is None for the whole of a file of unknown size.

        `etag` is the library's: bytes of another version are never joined to these.
        """
        self._library = library
        self._spec = spec
        self._at = part.start if part else 0
        self._stop = part.stop if part else None
        self._etag = etag
        self._pieces: AsyncGenerator[bytes, None] | None = None
        self._first = b""

    async def open(self) -> None:
        """Read the first piece, so that a refusal is still an answer. Raises Refused."""
        self._pieces = self._read()
        try:
            self._first = await anext(self._pieces, b"")
        except grpc.RpcError as error:
            raise refused(error) from error

    async def chunks(self) -> AsyncIterator[bytes]:
        """The bytes. Raises Refused when they cannot be completed; the answer is then cut short."""
        piece = self._first
        try:
            while piece:
                self._at += len(piece)
                yield piece
                piece = await self._next()
        finally:
            if self._pieces is not None:
                await self._pieces.aclose()
        # Where the size is not known, the end is where the library ends without an error.
        if self._stop is not None and self._at != self._stop:
            raise Refused(Problem(500, "INTERNAL", "The download ended early."))

    async def _next(self) -> bytes:
        for tries_left in reversed(range(_TRIES)):
            try:
                return b"" if self._pieces is None else await anext(self._pieces, b"")
            except grpc.RpcError as error:
                if not is_transient(error) or tries_left == 0:
                    raise refused(error) from error
                logs.event(_log, logging.INFO, "download goes on", reason=from_error(error).reason)
                await self._reopen()
        return b""

    async def _reopen(self) -> None:
        told = await ask(self._library.DescribeDownload, library_service_pb2.DescribeDownloadRequest(spec=self._spec))
        if told.etag != self._etag:
            raise Refused(Problem(409, "DOWNLOAD_CHANGED", "The file changed while it was read."))
        self._pieces = self._read()

    async def _read(self) -> AsyncGenerator[bytes, None]:
        request = library_service_pb2.ReadDownloadRequest(
            spec=self._spec, start_byte=self._at, stop_byte=self._stop or 0
        )
        call = self._library.ReadDownload(request, timeout=READ_S, wait_for_ready=True)
        try:
            async for answer in call:
                if answer.chunk:
                    yield answer.chunk
        finally:
            call.cancel()
