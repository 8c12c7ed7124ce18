"""The bus as a part that waits for nobody."""

from __future__ import annotations

import asyncio
import contextlib
from collections.abc import AsyncIterator
from pathlib import Path

import pytest

from chassis.bus.connection import Bus, Connecting
from chassis.bus.topology import FACTS
from chassis.testing.nats import NatsServer


async def test_a_start_without_nats_is_a_start(tmp_path: Path) -> None:
    """Starting takes no time while NATS is away, and the connection is there once NATS is."""
    server = NatsServer(tmp_path / "nats")
    bus = Bus(server.url, None, streams=[FACTS])
    part = Connecting(bus)
    try:
        async with asyncio.timeout(20):
            await part.start()
            assert not bus.connected.is_set()
            await server.start()
            await bus.connected.wait()
            await bus.client.flush()
    finally:
        await part.stop()
        server.kill()
    assert bus.client.is_closed


async def test_stopping_gives_up_connecting() -> None:
    """A process that never found NATS ends when it is told to."""
    part = Connecting(Bus("nats://127.0.0.1:9", None))
    await part.start()
    await asyncio.wait_for(part.stop(), 10)


async def test_stopping_gives_up_connecting_at_any_moment() -> None:
    """However far a try to connect has come, being told to stop ends it at once."""
    for turns in range(30):
        part = Connecting(Bus("nats://127.0.0.1:9", None))
        await part.start()
        for _ in range(turns):
            await asyncio.sleep(0)  # sleep: one turn of the loop
        # Being told a second time, which happens after ten seconds, would come too late.
        async with asyncio.timeout(5):
            await part.stop()


class Silent:
    """A server that takes a connection, and says nothing on it."""

    def __init__(self) -> None:
        self.taken, self.closed = asyncio.Event(), asyncio.Event()

    @contextlib.asynccontextmanager
    async def served(self) -> AsyncIterator[Bus]:
        """A bus that it is the server of, for at most four seconds."""
        server = await asyncio.start_server(self._say_nothing, "127.0.0.1", 0)
        # Told a second time, or at the end of its patience, the bus would let go in five seconds.
        async with server, asyncio.timeout(4):
            yield Bus(f"nats://127.0.0.1:{server.sockets[0].getsockname()[1]}", None)

    async def _say_nothing(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        self.taken.set()
        await reader.read()
        writer.close()
        self.closed.set()


async def test_stopping_leaves_no_half_made_connection() -> None:
    """A connection that a server has taken, and said nothing on yet, is closed by whoever stops waiting for it."""
    server = Silent()
    async with server.served() as bus:
        part = Connecting(bus)
        await part.start()
        await server.taken.wait()
        await part.stop()
        await server.closed.wait()


@pytest.mark.parametrize("turns", range(1, 6))
async def test_stopping_again_leaves_no_half_made_connection(turns: int) -> None:
    """So is it where whoever stops is told again while the connection is just being given up, at any moment."""
    server = Silent()
    async with server.served() as bus:
        starting = asyncio.ensure_future(bus.start())
        await server.taken.wait()
        starting.cancel()
        for _ in range(turns):
            await asyncio.sleep(0)  # sleep: one turn of the loop
        starting.cancel()
        await asyncio.wait((starting,))
        await server.closed.wait()
