"""What the database layer does when PostgreSQL is killed, restarted, or not there yet."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from pathlib import Path

import asyncpg
import pytest

from chassis.bus.connection import Bus
from chassis.bus.relay import Relay
from chassis.bus.topology import ALL, SEPARATION_WORK
from chassis.db.faults import is_outage
from chassis.db.migrate import migrate
from chassis.db.pool import Database
from chassis.db.transaction import transaction
from chassis.testing.nats import NatsServer
from chassis.testing.postgres import PostgresServer
from stripsession.separation.v1 import events_pb2

_PATIENCE_S = 20.0


@pytest.fixture
async def mortal(tmp_path: Path) -> AsyncIterator[PostgresServer]:
    """A PostgreSQL of this test's own, to be killed."""
    server = PostgresServer(await asyncio.to_thread(_made, tmp_path / "postgres"))
    yield server
    server.stop()


def _made(folder: Path) -> Path:
    folder.mkdir()
    return folder


async def _interrupted(database: Database, server: PostgresServer) -> None:
    async with transaction(database) as tx:
        await tx.connection.execute("SELECT 1")
        server.kill()
        await tx.connection.execute("SELECT 1")


async def _one(database: Database) -> int:
    async with transaction(database) as tx:
        return int(await tx.connection.fetchval("SELECT 1"))


async def test_transactions_go_on_after_the_server_was_killed(mortal: PostgresServer) -> None:
    """After a kill and a restart every transaction succeeds, although all connections in the pool are dead."""
    async with mortal.database("things") as database:
        await asyncio.gather(*(_one(database) for _ in range(6)))
        mortal.kill()
        mortal.restart()
        answers = await asyncio.wait_for(asyncio.gather(*(_one(database) for _ in range(12))), _PATIENCE_S)
        assert answers == [1] * 12


async def test_a_connection_that_died_unnoticed_is_replaced(postgres: PostgresServer) -> None:
    """A connection that the server ended is replaced before the first statement, and nobody notices."""
    async with postgres.database("things") as database:
        async with database.pool.acquire() as connection:
            pid = connection.get_server_pid()
        admin = await database.connect()
        await admin.execute("SELECT pg_terminate_backend($1)", pid)
        await admin.close()
        assert await _one(database) == 1


async def test_a_transaction_under_way_fails_as_an_outage(mortal: PostgresServer) -> None:
    """Who is in the middle of a transaction when the server dies is told so, and may try again."""
    async with mortal.database("things") as database:
        with pytest.raises((asyncpg.PostgresError, asyncpg.InterfaceError, OSError)) as caught:
            await _interrupted(database, mortal)
        assert is_outage(caught.value)
        mortal.restart()
        assert await asyncio.wait_for(_one(database), _PATIENCE_S) == 1


async def test_start_waits_for_a_database_in_the_making(postgres: PostgresServer) -> None:
    """A service that starts before its database exists waits for it."""
    async with postgres.database("things") as first:
        url = postgres.admin_url.replace("/postgres", "/made_later")
        late = Database(url.replace("//made_later", "//postgres"), "public")
        starting = asyncio.create_task(late.start())
        await first.pool.execute("CREATE DATABASE made_later")
        try:
            await asyncio.wait_for(starting, _PATIENCE_S)
            assert await _one(late) == 1
        finally:
            await late.stop()
            await first.pool.execute("DROP DATABASE made_later WITH (FORCE)")


async def test_the_relay_recovers_with_the_server(
    mortal: PostgresServer, nats_server: NatsServer, tmp_path: Path
) -> None:
    """After PostgreSQL was killed and restarted, facts are published again."""
    bus = Bus(nats_server.url, None, streams=ALL)
    await bus.start()
    async with mortal.database("things") as database:
        await migrate(database, tmp_path)
        relay = Relay(database, bus)
        await relay.start()
        mortal.kill()
        mortal.restart()
        arrived = await bus.jetstream.subscribe(events_pb2.JobQueued.DESCRIPTOR.full_name, stream=SEPARATION_WORK.name)
        async with transaction(database) as tx:
            await tx.publish(events_pb2.JobQueued(job_id="job_1"))
        message = await arrived.next_msg(timeout=_PATIENCE_S)
        assert events_pb2.JobQueued.FromString(message.data).job_id == "job_1"
        await relay.stop()
    await bus.stop()


async def test_a_connection_in_use_does_not_hold_up_the_end(
    postgres: PostgresServer, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Closing the pool cuts a connection that is not given back."""
    monkeypatch.setattr("chassis.db.pool._CLOSE_S", 0.1)
    async with postgres.database("things") as database:
        await database.pool.acquire()
        await asyncio.wait_for(database.stop(), _PATIENCE_S)
        assert database.pool.get_size() == 0
