"""Lanes on a real NATS: who is asked first, who is woken, and that nobody keeps what it cannot work on."""

from __future__ import annotations

import asyncio
import contextlib
from collections.abc import AsyncIterator, Mapping, Sequence
from typing import Any

import pytest
from google.protobuf.message import Message

from chassis.bus import lanes as lanes_module
from chassis.bus.connection import Bus
from chassis.bus.consumer import Consumer, Delivery
from chassis.bus.lanes import Lanes
from chassis.bus.subjects import subject_of
from chassis.bus.topology import ALL, SEPARATION_WORK
from chassis.db.pool import Database
from chassis.testing.nats import NatsServer
from stripsession.separation.v1 import events_pb2

_PATIENCE_S = 20.0
KINDS: Mapping[str, type[Message]] = {
    "low": events_pb2.JobQueued,
    "middle": events_pb2.PriorityJobQueued,
    "high": events_pb2.FirstJobQueued,
}


class Worker:
    """Takes messages one at a time, and goes on when it is told."""

    def __init__(self, bus: Bus, order: Sequence[str] = ("high", "middle", "low")) -> None:
        self.order = order
        self.looked = asyncio.Event()
        self.taken: asyncio.Queue[str] = asyncio.Queue()
        self.go_on = asyncio.Semaphore(0)
        places = asyncio.Semaphore(1)
        # No message of these tests is ever parked, which is what the database is for.
        database = Database("", "none")
        self.lanes = Lanes(
            "workers",
            bus,
            {
                lane: Consumer(
                    bus,
                    database,
                    stream=SEPARATION_WORK.name,
                    durable=f"workers-{lane}",
                    kind=kind,
                    handle=self.handle,
                    parallel=places,
                )
                for lane, kind in KINDS.items()
            },
            self.in_order,
            places,
        )

    async def in_order(self) -> Sequence[str]:
        self.looked.set()
        return self.order

    async def handle(self, delivery: Delivery[Any]) -> None:
        self.taken.put_nowait(delivery.fact.job_id)
        await self.go_on.acquire()

    async def next(self) -> str:
        return await asyncio.wait_for(self.taken.get(), _PATIENCE_S)


@pytest.fixture
async def bus(nats_server: NatsServer) -> AsyncIterator[Bus]:
    bus = Bus(nats_server.url, None, streams=ALL)
    await bus.start()
    yield bus
    await bus.stop()


@contextlib.asynccontextmanager
async def _running(*workers: Worker) -> AsyncIterator[None]:
    for worker in workers:
        await worker.lanes.start()
    try:
        yield
    finally:
        for worker in workers:
            await worker.lanes.stop()


async def _publish(bus: Bus, lane: str, job_id: str) -> None:
    kind = KINDS[lane]
    await bus.jetstream.publish(subject_of(kind), kind(job_id=job_id).SerializeToString())


async def test_the_first_lane_in_order_is_served_first(bus: Bus) -> None:
    """For each place that comes free the lanes are asked in the order decided just then, whatever came first."""
    for number in range(3):
        for lane in KINDS:
            await _publish(bus, lane, f"{lane}_{number}")
    worker = Worker(bus)
    async with _running(worker):
        taken = [await worker.next()]
        for order in (("high", "low"), ("middle", "low"), ("low", "high"), ("high", "middle")):
            worker.order = order
            worker.go_on.release()
            taken.append(await worker.next())
    assert taken == ["high_0", "high_1", "middle_0", "low_0", "high_2"]


async def test_an_idle_worker_hears_at_once(bus: Bus, monkeypatch: pytest.MonkeyPatch) -> None:
    """A message in any lane wakes a worker that has looked in vain; it need not wait for the next look."""
    monkeypatch.setattr(lanes_module, "_LOOK_AGAIN_S", 3600.0)
    worker = Worker(bus)
    async with _running(worker):
        for lane in KINDS:
            await asyncio.wait_for(worker.looked.wait(), _PATIENCE_S)
            worker.looked.clear()
            await _publish(bus, lane, f"{lane}_0")
            assert await worker.next() == f"{lane}_0"
            worker.looked.clear()
            worker.go_on.release()


async def test_a_busy_worker_keeps_nothing_from_an_idle_one(bus: Bus) -> None:
    """While one worker is at its message the others in all lanes go to the worker that has a place."""
    busy, idle = Worker(bus), Worker(bus)
    async with _running(busy):
        await _publish(bus, "high", "long")
        assert await busy.next() == "long"
        for lane in KINDS:
            await _publish(bus, lane, f"{lane}_0")
        async with _running(idle):
            taken = []
            for _ in KINDS:
                taken.append(await idle.next())
                idle.go_on.release()
    assert taken == ["high_0", "middle_0", "low_0"]
    assert busy.taken.empty()


async def test_a_stopped_worker_gives_its_message_back(bus: Bus) -> None:
    """What a worker was at when it stopped is handed to the next one."""
    first, second = Worker(bus), Worker(bus)
    await _publish(bus, "middle", "job_1")
    async with _running(first):
        assert await first.next() == "job_1"
    async with _running(second):
        assert await second.next() == "job_1"


async def test_a_deleted_consumer_is_made_again(bus: Bus) -> None:
    """A consumer that somebody deleted is made anew, and its lane goes on."""
    worker = Worker(bus)
    async with _running(worker):
        await _publish(bus, "low", "job_1")
        assert await worker.next() == "job_1"
        await bus.jetstream.delete_consumer(SEPARATION_WORK.name, "workers-low")
        worker.go_on.release()
        await _publish(bus, "low", "job_2")
        while await worker.next() != "job_2":
            worker.go_on.release()
