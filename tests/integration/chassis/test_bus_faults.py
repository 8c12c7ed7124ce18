"""What the relay and the consumers do when something breaks, on a real PostgreSQL and a real NATS."""

from __future__ import annotations

import asyncio
import contextlib
import uuid
from collections.abc import AsyncIterator, Awaitable, Callable
from pathlib import Path

import pytest

from chassis.bus.connection import Bus
from chassis.bus.consumer import Consumer, Delivery, TryLater
from chassis.bus.relay import PARKED_BY, Relay
from chassis.bus.topology import ALL, FACTS, SEPARATION_WORK
from chassis.db.migrate import migrate
from chassis.db.pool import Database
from chassis.db.transaction import FACT_BYTES_MAX, FactTooLarge, transaction
from chassis.testing.nats import NatsServer
from chassis.testing.postgres import PostgresServer
from stripsession.library.v1 import events_pb2 as library_events
from stripsession.separation.v1 import events_pb2

_PATIENCE_S = 20.0
Job = events_pb2.JobQueued
Handle = Callable[[Delivery[Job]], Awaitable[None]]


@pytest.fixture
async def database(postgres: PostgresServer, tmp_path: Path) -> AsyncIterator[Database]:
    async with postgres.database("things") as database:
        await migrate(database, tmp_path)
        yield database


@pytest.fixture
async def bus(nats_server: NatsServer) -> AsyncIterator[Bus]:
    bus = Bus(nats_server.url, None, streams=ALL)
    await bus.start()
    yield bus
    await bus.stop()


def _consumer(bus: Bus, database: Database, handle: Handle, *, parallel: int = 1, tries: int = 8) -> Consumer[Job]:
    return Consumer(
        bus,
        database,
        stream=SEPARATION_WORK.name,
        durable="workers",
        kind=Job,
        handle=handle,
        parallel=parallel,
        ack_wait_s=60,
        deliveries_max=tries,
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


async def _publish(database: Database, *job_ids: str) -> None:
    async with transaction(database) as tx:
        for job_id in job_ids:
            await tx.publish(Job(job_id=job_id))


class Collected:
    """A handler that keeps what it is given."""

    def __init__(self) -> None:
        self.jobs: asyncio.Queue[str] = asyncio.Queue()

    async def __call__(self, delivery: Delivery[Job]) -> None:
        self.jobs.put_nowait(delivery.fact.job_id)

    async def next(self) -> str:
        return await asyncio.wait_for(self.jobs.get(), _PATIENCE_S)


async def test_a_message_under_way_goes_back_when_its_consumer_stops(database: Database, bus: Bus) -> None:
    """Stopping cancels the handler, and another consumer has its message long before the acknowledgement is due."""
    begun, ended = asyncio.Event(), asyncio.Event()

    async def forever(delivery: Delivery[Job]) -> None:
        begun.set()
        try:
            await asyncio.Event().wait()
        finally:
            ended.set()

    collected = Collected()
    async with _running(Relay(database, bus)):
        async with _running(_consumer(bus, database, forever)):
            await _publish(database, "job_1")
            await asyncio.wait_for(begun.wait(), _PATIENCE_S)
        assert ended.is_set()
        async with _running(_consumer(bus, database, collected)):
            assert await collected.next() == "job_1"


async def test_a_handler_outlives_a_lost_connection(database: Database, bus: Bus, nats_server: NatsServer) -> None:
    """A handler under way while the server is killed and started again is not disturbed, and its message is settled."""
    begun, go_on = asyncio.Event(), asyncio.Event()
    outcome: asyncio.Queue[str] = asyncio.Queue()

    async def handle(delivery: Delivery[Job]) -> None:
        if delivery.fact.job_id != "long":
            outcome.put_nowait(delivery.fact.job_id)
            return
        begun.set()
        try:
            await go_on.wait()
            outcome.put_nowait("long, undisturbed")
        except asyncio.CancelledError:
            outcome.put_nowait("long, cancelled")
            raise

    async with _running(Relay(database, bus), _consumer(bus, database, handle, parallel=2)):
        await _publish(database, "long")
        await asyncio.wait_for(begun.wait(), _PATIENCE_S)
        nats_server.kill()
        await nats_server.start()
        await _publish(database, "after")
        assert await asyncio.wait_for(outcome.get(), _PATIENCE_S) == "after"
        go_on.set()
        assert await asyncio.wait_for(outcome.get(), _PATIENCE_S) == "long, undisturbed"


async def test_one_failure_disturbs_no_other_handler(database: Database, bus: Bus) -> None:
    """While one message fails and is parked, the one beside it is handled to its end."""
    failing, go_on = asyncio.Event(), asyncio.Event()
    outcome: asyncio.Queue[str] = asyncio.Queue()

    async def handle(delivery: Delivery[Job]) -> None:
        if delivery.fact.job_id == "poison":
            failing.set()
            raise BaseExceptionGroup("two at once", [ValueError("x"), asyncio.CancelledError()])
        await go_on.wait()
        outcome.put_nowait(delivery.fact.job_id)

    async with _running(Relay(database, bus), _consumer(bus, database, handle, parallel=2, tries=1)):
        await _publish(database, "good", "poison")
        await asyncio.wait_for(failing.wait(), _PATIENCE_S)
        go_on.set()
        assert await asyncio.wait_for(outcome.get(), _PATIENCE_S) == "good"


async def test_putting_off_is_not_failing(database: Database, bus: Bus) -> None:
    """A message that was put off more often than it may fail is not parked by its first failure."""
    answers: list[Exception] = [*(TryLater(0.01) for _ in range(4)), ValueError("once")]
    collected = Collected()

    async def handle(delivery: Delivery[Job]) -> None:
        if answers:
            raise answers.pop(0)
        await collected(delivery)

    async with _running(Relay(database, bus), _consumer(bus, database, handle, tries=2)):
        await _publish(database, "job_1")
        assert await collected.next() == "job_1"
    assert await database.pool.fetchval("SELECT count(*) FROM dead_letters") == 0


async def test_an_older_consumer_is_adapted(database: Database, bus: Bus) -> None:
    """A consumer that an older version made gets this version's settings."""
    collected = Collected()
    async with _running(Consumer(bus, database, stream=SEPARATION_WORK.name, durable="workers", kind=Job,
                                 handle=collected, ack_wait_s=7)):  # fmt: skip
        await _publish(database, "job_1")
        async with _running(Relay(database, bus)):
            await collected.next()
    async with _running(_consumer(bus, database, collected), Relay(database, bus)):
        await _publish(database, "job_2")
        await collected.next()
        info = await bus.jetstream.consumer_info(SEPARATION_WORK.name, "workers")
    assert info.config.ack_wait == 60


async def test_consumers_are_back_soon_after_the_server_lost_everything(
    database: Database, bus: Bus, nats_server: NatsServer
) -> None:
    """A server that comes back empty has its streams and consumers, and delivers, within a few seconds."""
    collected = Collected()
    async with _running(Relay(database, bus), _consumer(bus, database, collected)):
        await _publish(database, "before")
        await collected.next()
        nats_server.kill()
        nats_server.wipe()
        await nats_server.start()
        await _publish(database, "after")
        async with asyncio.timeout(6):
            assert await collected.next() == "after"


async def test_a_fact_too_large_is_refused_at_once(database: Database) -> None:
    """Who publishes more than a fact may hold hears it in the transaction."""
    with pytest.raises(FactTooLarge):
        async with transaction(database) as tx:
            await tx.publish(Job(job_id="x" * FACT_BYTES_MAX))


async def test_a_row_that_cannot_be_published_blocks_nothing(database: Database, bus: Bus) -> None:
    """A row that the bus will never take is parked, and those behind it are published."""
    collected = Collected()
    await database.pool.execute(
        "INSERT INTO outbox (message_id, subject, payload, headers) VALUES ($1, $2, $3, '{}')",
        uuid.uuid4(),
        Job.DESCRIPTOR.full_name,
        bytes(2_000_000),
    )
    await _publish(database, "good")
    async with _running(Relay(database, bus), _consumer(bus, database, collected)):
        assert await collected.next() == "good"
    assert await database.pool.fetchval("SELECT consumer FROM dead_letters") == PARKED_BY
    assert await database.pool.fetchval("SELECT count(*) FROM outbox") == 0


async def test_relays_at_work_together_publish_each_fact_once(database: Database, bus: Bus) -> None:
    """Three relays over one outbox leave as many messages on the stream as there were facts, and none in the outbox."""
    async with transaction(database) as tx:
        for number in range(500):
            await tx.publish(library_events.UploadStored(upload_id=f"upl_{number}"))
    relays = [Relay(database, bus) for _ in range(3)]

    async def empty(relay: Relay) -> None:
        while await relay.publish_batch():
            pass

    await asyncio.gather(*(empty(relay) for relay in relays))
    assert await database.pool.fetchval("SELECT count(*) FROM outbox") == 0
    assert (await bus.jetstream.stream_info(FACTS.name)).state.messages == 500


async def test_a_fact_published_but_not_deleted_is_published_once(database: Database, bus: Bus) -> None:
    """A relay that died between publishing and deleting causes no second message."""
    async with transaction(database) as tx:
        await tx.publish(library_events.UploadStored(upload_id="upl_1"))
    kept = await database.pool.fetchrow("SELECT message_id, subject, payload, headers FROM outbox")
    assert kept is not None
    await Relay(database, bus).publish_batch()
    await database.pool.execute(
        "INSERT INTO outbox (message_id, subject, payload, headers) VALUES ($1, $2, $3, $4)", *kept.values()
    )
    await Relay(database, bus).publish_batch()
    assert (await bus.jetstream.stream_info(FACTS.name)).state.messages == 1


async def test_old_inbox_rows_are_forgotten(database: Database, bus: Bus) -> None:
    """The inbox keeps a message's id for as long as it may come again, and no longer."""
    await database.pool.execute(
        "INSERT INTO inbox (consumer, message_id, handled_at) VALUES"
        " ('c', 'old', now() - interval '8 days'), ('c', 'young', now() - interval '6 days')"
    )
    await Relay(database, bus).forget_old_rows()
    assert await database.pool.fetchval("SELECT string_agg(message_id, ',') FROM inbox") == "young"


async def test_the_bus_speaks_mutual_tls(certificates: Path, tmp_path: Path) -> None:
    """With certificates the connection is encrypted both ways known, and a stranger is turned away."""
    from chassis.identity import Certificates

    server = NatsServer(tmp_path / "nats", certificates=certificates)
    await server.start()
    bus = Bus(server.url, Certificates(certificates, "library"), streams=ALL)
    try:
        await bus.start()
        assert (await bus.jetstream.stream_info(FACTS.name)).config.name == FACTS.name
    finally:
        await bus.stop()
        server.kill()
