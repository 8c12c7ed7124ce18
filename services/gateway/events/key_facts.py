"""Revoked API keys from NATS, so that their end is felt at once."""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Callable

from google.protobuf.message import DecodeError
from nats.aio.msg import Msg

from chassis import logs
from chassis.bus.connection import Bus
from chassis.bus.subjects import subject_of
from chassis.lifecycle import Background
from stripsession.auth.v1 import events_pb2

_log = logging.getLogger(__name__)


class KeyFacts(Background):
    """Listens without acknowledging: whoever missed a fact asks auth again within a second all the same."""

    def __init__(self, bus: Bus, forget: Callable[[str], None]) -> None:
        """`forget` is told each key's id. The bus is started here: its absence stops nobody."""
        super().__init__("key facts", self._listen)
        self._bus = bus
        self._forget = forget
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
        await self._bus.client.subscribe(subject_of(events_pb2.ApiKeyRevoked), cb=self._take)
        await self._bus.client.flush()
        self._listening.set()
        try:
            await asyncio.Event().wait()
        finally:
            self._listening.clear()

    async def _take(self, message: Msg) -> None:
        try:
            fact = events_pb2.ApiKeyRevoked.FromString(message.data)
        except DecodeError:
            logs.event(_log, logging.WARNING, "fact not understood", subject=message.subject)
            return
        self._forget(fact.key_id)
