"""Facts from NATS, for what a gateway keeps in memory."""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Callable, Sequence
from typing import Generic, TypeVar

from google.protobuf.message import DecodeError, Message
from nats.aio.msg import Msg

from chassis import logs
from chassis.bus.connection import Bus
from chassis.bus.subjects import subject_of
from chassis.lifecycle import Background

_log = logging.getLogger(__name__)
Fact = TypeVar("Fact", bound=Message)


class Facts(Background, Generic[Fact]):
    """Listens without acknowledging: NATS may be away at any time, so a lost fact must be found in another way, too."""

    def __init__(self, name: str, bus: Bus, kinds: Sequence[type[Fact]], take: Callable[[Fact], None]) -> None:
        """`take` is told each fact of these kinds. The bus is started here: its absence stops nobody."""
        super().__init__(name, self._listen)
        self._bus = bus
        self._kinds = {subject_of(kind): kind for kind in kinds}
        self._take = take
        self._listening = asyncio.Event()

    async def listening(self) -> None:
        """Wait until facts are heard."""
        await self._listening.wait()

    async def stop(self) -> None:
        """Stop listening and let the connection go."""
        await super().stop()
        await self._bus.stop()

    def begun(self) -> None:
        """Called whenever facts begin to be heard."""

    async def _listen(self) -> None:
        await self._bus.start()
        client = self._bus.client
        for subject in self._kinds:
            await client.subscribe(subject, cb=self._hear)
        await client.flush()
        self._listening.set()
        self.begun()
        try:
            await asyncio.Event().wait()
        finally:
            self._listening.clear()

    async def _hear(self, message: Msg) -> None:
        fact = self._kinds[message.subject]()
        try:
            fact.ParseFromString(message.data)
        except DecodeError:
            logs.event(_log, logging.WARNING, "fact not understood", subject=message.subject)
            return
        self._take(fact)
