"""Ends of sessions from NATS, so that their access tokens are refused at once."""

from __future__ import annotations

import asyncio
import datetime
import logging
from collections.abc import Callable

from google.protobuf.message import DecodeError
from nats.aio.msg import Msg

from chassis import logs
from chassis.bus.connection import Bus
from chassis.bus.subjects import subject_of
from chassis.lifecycle import Background
from services.gateway.domain.ended_sessions import EndedSessions
from stripsession.auth.v1 import events_pb2

_log = logging.getLogger(__name__)


class SessionFacts(Background):
    """Listens without acknowledging: a lost fact is found by the next reading, and NATS may be away at any time."""

    def __init__(self, bus: Bus, ended: EndedSessions, listening: Callable[[], None]) -> None:
        """`listening` is called whenever facts begin to be heard: what came before has to be read."""
        super().__init__("session facts", self._listen)
        self._bus = bus
        self._ended = ended
        self._told = listening
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
        await client.subscribe(subject_of(events_pb2.SessionEnded), cb=self._take)
        await client.flush()
        self._listening.set()
        self._told()
        try:
            await asyncio.Event().wait()
        finally:
            self._listening.clear()

    async def _take(self, message: Msg) -> None:
        fact = events_pb2.SessionEnded()
        try:
            fact.ParseFromString(message.data)
        except DecodeError:
            logs.event(_log, logging.WARNING, "fact not understood", subject=message.subject)
            return
        until = fact.access_until.ToDatetime(datetime.UTC)
        self._ended.note(fact.session_id, until, datetime.datetime.now(datetime.UTC))
