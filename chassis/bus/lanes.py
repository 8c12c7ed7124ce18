"""Several consumers of one stream that share a worker's places, asked in an order that is decided anew each time."""

from __future__ import annotations

import asyncio
import contextlib
from collections.abc import AsyncIterator, Awaitable, Callable, Mapping, Sequence
from typing import Any, Generic, TypeVar

from nats.aio.msg import Msg

from chassis.bus.connection import Bus
from chassis.bus.consumer import Consumer
from chassis.lifecycle import Background

Lane = TypeVar("Lane")
_LOOK_AGAIN_S = 2.0
"""Messages that come back, and those whose notice was lost, are found after so long."""


class Lanes(Background, Generic[Lane]):
    """Whenever there is a place, hands over one message: of the first lane in order that has any.

    A message is fetched only for a place that is free: none is held by a worker that is busy while another is idle.
    """

    def __init__(
        self,
        name: str,
        bus: Bus,
        lanes: Mapping[Lane, Consumer[Any]],
        order: Callable[[], Awaitable[Sequence[Lane]]],
        places: asyncio.Semaphore,
    ) -> None:
        """The consumers are not started on their own; `places` are shared by them all."""
        super().__init__(f"lanes {name}", self._work)
        self._bus = bus
        self._lanes = lanes
        self._order = order
        self._places = places

    async def stop(self) -> None:
        """Take no more messages, and give back those whose handlers are under way."""
        await super().stop()
        for consumer in self._lanes.values():
            await consumer.stop()

    async def _work(self) -> None:
        await self._bus.connected.wait()
        connections = self._bus.connections
        for consumer in self._lanes.values():
            await consumer.ensure()
        async with self._listening() as heard:
            # A new connection may be to a server that lost its storage, and with it the consumers.
            while self._bus.connections == connections:
                await self._places.acquire()
                heard.clear()
                found = None
                try:
                    found = await self._first()
                finally:
                    if found is None:
                        self._places.release()
                if found is not None:
                    consumer, message = found
                    consumer.begin(message)
                    continue
                with contextlib.suppress(TimeoutError):
                    async with asyncio.timeout(_LOOK_AGAIN_S):
                        await heard.wait()

    async def _first(self) -> tuple[Consumer[Any], Msg] | None:
        for lane in await self._order():
            consumer = self._lanes[lane]
            message = await consumer.next_now()
            if message is not None:
                return consumer, message
        return None

    @contextlib.asynccontextmanager
    async def _listening(self) -> AsyncIterator[asyncio.Event]:
        """Set when something is published in a lane: every worker hears it, and one of them gets the message."""
        heard = asyncio.Event()

        async def hear(_message: Msg) -> None:
            heard.set()

        async with contextlib.AsyncExitStack() as stack:
            for consumer in self._lanes.values():
                subscription = await self._bus.client.subscribe(consumer.subject, cb=hear)
                stack.push_async_callback(_unsubscribed, subscription.unsubscribe)
            yield heard


async def _unsubscribed(unsubscribe: Callable[[], Awaitable[None]]) -> None:
    with contextlib.suppress(Exception):
        await unsubscribe()
