"""Facts about tracks from NATS, to whoever watches them here."""

from __future__ import annotations

import asyncio
import contextlib
import logging
from typing import Protocol

from google.protobuf.message import DecodeError
from nats.aio.msg import Msg

from chassis import logs
from chassis.bus.connection import Bus
from chassis.bus.subjects import subject_of
from chassis.lifecycle import Background
from stripsession.library.v1 import events_pb2 as library_events
from stripsession.separation.v1 import events_pb2 as separation_events

_log = logging.getLogger(__name__)


class Wake(Protocol):
    """Is told the id of a track that changed, and whether by more than one segment after others."""

    def __call__(self, track_id: str, *, is_turn: bool) -> None:
        """It is news for whoever watches the track."""


_KINDS = (library_events.TrackChanged, library_events.SegmentCommitted, separation_events.JobConcluded)


class TrackFacts(Background):
    """Listens without acknowledging: a lost fact is found by the next poll, and NATS may be away at any time."""

    def __init__(self, bus: Bus, wake: Wake) -> None:
        """`wake` is told of each track that changed. The bus is started here: its absence stops nobody."""
        super().__init__("track facts", self._listen)
        self._bus = bus
        self._wake = wake
        self._listening = asyncio.Event()

    async def listening(self) -> None:
        """Wait until facts are heard."""
        await self._listening.wait()

    async def stop(self) -> None:
        """Stop listening and let the connection go."""
        await super().stop()
        await self._bus.stop()

    async def _listen(self) -> None:
        await self._bus.start()
        client = self._bus.client
        for kind in _KINDS:
            await client.subscribe(subject_of(kind), cb=self._take)
        await client.flush()
        self._listening.set()
        try:
            await asyncio.Event().wait()
        finally:
            self._listening.clear()

    async def _take(self, message: Msg) -> None:
        with contextlib.suppress(KeyError):
            fact = _BY_SUBJECT[message.subject]()
            try:
                fact.ParseFromString(message.data)
            except DecodeError:
                logs.event(_log, logging.WARNING, "fact not understood", subject=message.subject)
                return
            # The first segment is what a listener waits for: with it the song begins to play.
            is_turn = not isinstance(fact, library_events.SegmentCommitted) or fact.index == 0
            self._wake(fact.track_id, is_turn=is_turn)


_BY_SUBJECT = {subject_of(kind): kind for kind in _KINDS}
