"""The pool of decoder children: one always warm, each used for one file and then thrown away."""

from __future__ import annotations

import asyncio
import contextlib
import logging
from collections.abc import AsyncIterator
from types import TracebackType

from chassis import logs
from services.separation.clients.decoder_child import DecoderChild, DecoderLimits
from services.separation.clients.decoder_reports import AudioProperties, ByteSource, DecodeSummary
from services.separation.clients.decoder_session import DecoderSession
from services.separation.domain.errors import DecoderFailed

__all__ = ["AudioProperties", "ByteSource", "DecodeSummary", "DecoderLimits", "DecoderSession", "Decoders"]
_log = logging.getLogger(__name__)


class Decoders:
    """`async with Decoders() as decoders:` keeps one spare child warm, and never more than `children_max` in use."""

    def __init__(self, limits: DecoderLimits | None = None) -> None:
        self._limits = limits or DecoderLimits()
        self._places = asyncio.Semaphore(self._limits.children_max)
        self._spare: asyncio.Task[DecoderChild] | None = None
        self._closed = False
        self._sandbox_told = False

    async def __aenter__(self) -> Decoders:
        self._warm()
        return self

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._closed = True
        spare, self._spare = self._spare, None
        if spare is not None:
            spare.cancel()
            with contextlib.suppress(asyncio.CancelledError, DecoderFailed):
                await (await spare).close()

    @contextlib.asynccontextmanager
    async def open(self, source: ByteSource, longest_s: float) -> AsyncIterator[DecoderSession]:
        """A session on one file, of at most `longest_s` seconds of sound; raises DecoderFailed when no child starts."""
        async with self._places:
            child = await self._take()
            self._tell_sandbox(child.sandbox)
            try:
                yield DecoderSession(child, source, longest_s, self._limits)
            finally:
                await child.close()

    async def sandbox(self) -> dict[str, str]:
        """For each measure of the sandbox 'applied', or why this platform lacks it."""
        child = await self._take()
        try:
            return child.sandbox
        finally:
            await child.close()

    def _tell_sandbox(self, report: dict[str, str]) -> None:
        """Say once which walls this platform lacks: whoever runs it has to know that strangers' files meet fewer."""
        missing = sorted(name for name, state in report.items() if state != "applied")
        if missing and not self._sandbox_told:
            logs.event(_log, logging.WARNING, "the decoder's sandbox is not whole here", missing=", ".join(missing))
        self._sandbox_told = True

    async def _take(self) -> DecoderChild:
        spare, self._spare = self._spare, None
        try:
            if spare is not None:
                # A spare that failed to start in a bad moment is no reason to fail this file.
                with contextlib.suppress(DecoderFailed):
                    child = await _unless_cancelled(spare)
                    if child.alive:
                        return child
                    await child.close()
            return await DecoderChild.start(self._limits)
        finally:
            self._warm()

    def _warm(self) -> None:
        if not self._closed and self._spare is None:
            self._spare = asyncio.create_task(DecoderChild.start(self._limits), name="warm decoder")


async def _unless_cancelled(starting: asyncio.Task[DecoderChild]) -> DecoderChild:
    """The started child; when the taker is cancelled while waiting, the child is ended too."""
    try:
        return await asyncio.shield(starting)
    except asyncio.CancelledError:
        starting.cancel()
        with contextlib.suppress(asyncio.CancelledError, DecoderFailed):
            await (await starting).close()
        raise
