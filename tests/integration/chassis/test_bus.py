"""The bus on a real PostgreSQL and a real NATS."""

from __future__ import annotations

import asyncio
import contextlib
from collections.abc import AsyncIterator

import pytest

from chassis.bus.connection import Bus
from chassis.bus.consumer import Consumer, Delivery, TryLater, Unwanted
from chassis.bus.relay import Relay
from chassis.bus.topology import ALL, SEPARATION_WORK
from chassis.db.migrate import migrate
from chassis.db.pool import Database
from chassis.db.transaction import transaction
from chassis.testing.nats import NatsServer
from chassis.testing.postgres import PostgresServer
from stripsession.retention.v1 import events_pb2 as retention_events
from stripsession.separation.v1 import events_pb2

_PATIENCE_S = 20.0
Job = events_pb2.JobQueued


@pytest.fixture
async def database(postgres: PostgresServer, tmp_path_factory: pytest.TempPathFactory) -> AsyncIterator[Database]:
    async with postgres.database("things") as database:
        await migrate(database, tmp_path_factory.mktemp("none"))
        yield database


@contextlib.asynccontextmanager
async def _connected(server: NatsServer) -> AsyncIterator[Bus]:
    bus = Bus(server.url, None, streams=ALL)
    await bus.start()
    try:
        yield bus
    finally:
        await bus.stop()


class Inbox:
    """Collects what a consumer hands over."""

    def __init__(self) -> None:
        self.received: asyncio.Queue[Delivery[Job]] = asyncio.Queue()
        self.faults: list[Exception] = []

    async def handle(self, delivery: Delivery[Job]) -> None:
        if self.faults:
            raise self.faults.pop(0)
        self.received.put_nowait(delivery)

    async def next_job(self) -> str:
        delivery = await asyncio.wait_for(self.received.get(), _PATIENCE_S)
        return delivery.fact.job_id


def _consumer(bus: Bus, database: Database, inbox: Inbox, *, deliveries_max: int = 8) -> Consumer[Job]:
    return Consumer(
        bus,
        database,
        stream=SEPARATION_WORK.name,
        durable="workers",
        kind=Job,
        handle=inbox.handle,
        deliveries_max=deliveries_max,
    )


@contextlib.asynccontextmanager
async def _running(*parts: Relay | Consumer[Job]) -> AsyncIterator[None]:
    for part in parts:
        await part.start()
    try:
        yield
    finally:
        for part in reversed(parts):
            await part.stop()


async def _publish(database: Database, job_id: str) -> None:
    async with transaction(database) as tx:
        await tx.publish(Job(job_id=job_id))


async def test_committed_fact_reaches_consumer(database: Database, nats_server: NatsServer) -> None:
    """A fact of a committed transaction is handed to the consumer, and the outbox is empty afterwards."""
    inbox = Inbox()
    async with _connected(nats_server) as bus, _running(Relay(database, bus), _consumer(bus, database, inbox)):
        await _publish(database, "job_1")
        assert await inbox.next_job() == "job_1"
    assert await database.pool.fetchval("SELECT count(*) FROM outbox") == 0


async def _publish_and_fail(database: Database) -> None:
    async with transaction(database) as tx:
        await tx.publish(Job(job_id="never"))
        raise ValueError("no")


async def test_rolled_back_fact_is_never_published(database: Database, nats_server: NatsServer) -> None:
    """A fact of a transaction that failed does not exist."""
    inbox = Inbox()
    async with _connected(nats_server) as bus, _running(Relay(database, bus), _consumer(bus, database, inbox)):
        with pytest.raises(ValueError, match="no"):
            await _publish_and_fail(database)
        await _publish(database, "job_2")
        assert await inbox.next_job() == "job_2"


async def test_facts_survive_a_killed_and_wiped_server(database: Database, nats_server: NatsServer) -> None:
    """Facts committed while NATS is dead and its storage lost are delivered once it is back."""
    inbox = Inbox()
    async with _connected(nats_server) as bus, _running(Relay(database, bus), _consumer(bus, database, inbox)):
        await _publish(database, "before")
        assert await inbox.next_job() == "before"
        nats_server.kill()
        nats_server.wipe()
        await _publish(database, "while away")
        await nats_server.start()
        assert await inbox.next_job() == "while away"


async def test_failing_message_comes_again_and_is_parked_in_the_end(
    database: Database, nats_server: NatsServer
) -> None:
    """A message whose handler keeps failing is parked with its reason, and those after it are handled."""
    inbox = Inbox()
    inbox.faults = [ValueError("once"), ValueError("twice")]
    async with (
        _connected(nats_server) as bus,
        _running(Relay(database, bus), _consumer(bus, database, inbox, deliveries_max=2)),
    ):
        await _publish(database, "poison")
        while not await database.pool.fetchval("SELECT count(*) FROM dead_letters"):
            await asyncio.wait_for(asyncio.shield(_tick(database)), _PATIENCE_S)
        await _publish(database, "good")
        assert await inbox.next_job() == "good"
    assert await database.pool.fetchval("SELECT reason FROM dead_letters") == "ValueError('twice')"


async def _tick(database: Database) -> None:
    await database.pool.execute("SELECT pg_sleep(0.05)")  # sleep: a table tells nobody of a new row


@pytest.mark.parametrize("fault", [TryLater(0.1), ValueError("first time only")])
async def test_message_that_fails_once_is_handled_in_the_end(
    database: Database, nats_server: NatsServer, fault: Exception
) -> None:
    """A handler that cannot work now gets the message again."""
    inbox = Inbox()
    inbox.faults = [fault]
    async with _connected(nats_server) as bus, _running(Relay(database, bus), _consumer(bus, database, inbox)):
        await _publish(database, "job_3")
        assert await inbox.next_job() == "job_3"


async def test_unwanted_message_is_dropped(database: Database, nats_server: NatsServer) -> None:
    """A message that means nothing any more is neither repeated nor parked."""
    inbox = Inbox()
    inbox.faults = [Unwanted("job is gone")]
    async with _connected(nats_server) as bus, _running(Relay(database, bus), _consumer(bus, database, inbox)):
        await _publish(database, "gone")
        await _publish(database, "next")
        assert await inbox.next_job() == "next"
    assert await database.pool.fetchval("SELECT count(*) FROM dead_letters") == 0


async def test_inbox_admits_a_message_once(database: Database) -> None:
    """The same message id is handled once per consumer."""
    async with transaction(database) as tx:
        assert await tx.first_time("c", "m")
    async with transaction(database) as tx:
        assert not await tx.first_time("c", "m")
        assert await tx.first_time("other", "m")


async def test_every_fact_has_a_stream() -> None:
    """Each declared event belongs to exactly one stream."""
    subjects = [subject for stream in ALL for subject in stream.subjects]
    assert len(subjects) == len(set(subjects))
    assert retention_events.UploadErased.DESCRIPTOR.full_name in subjects
