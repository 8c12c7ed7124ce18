"""Work from the queue: each announcement is one chance to take up a job, and the lease decides who does."""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Awaitable, Callable

from chassis import logs
from chassis.bus.connection import Bus
from chassis.bus.consumer import Consumer, Delivery, TryLater
from chassis.bus.topology import SEPARATION_WORK
from chassis.db.pool import Database
from services.separation.domain.errors import DependencyAway
from stripsession.separation.v1 import events_pb2

_log = logging.getLogger(__name__)
DURABLE = "separation-workers"
_ACK_WAIT_S = 15.0
_AGAIN_S = 2.0


class Workbench:
    """Runs jobs as they are announced; as a lifecycle part it hands them back when the process stops.

    It is listed after the consumer, so that it is stopped first.
    """

    name = "workbench"

    def __init__(self, run: Callable[[str], Awaitable[None]], stopping: asyncio.Event, drain_s: float) -> None:
        """`run` takes up one job and returns soon after `stopping` is set; that is waited for `drain_s` at most."""
        self._run = run
        self._stopping = stopping
        self._drain_s = drain_s
        self._running: set[asyncio.Task[None]] = set()

    async def start(self) -> None:
        """Nothing to do before the first announcement."""

    async def stop(self) -> None:
        """Take up nothing more, and have running jobs handed back."""
        self._stopping.set()
        if self._running:
            _, late = await asyncio.wait(self._running, timeout=self._drain_s)
            if late:
                logs.event(_log, logging.WARNING, "jobs did not reach a segment's end in time", jobs=len(late))

    async def handle(self, delivery: Delivery[events_pb2.JobQueued]) -> None:
        """Take up the announced job if it is free; the announcement has then served, whoever runs the job."""
        if self._stopping.is_set():
            raise TryLater(_AGAIN_S)
        running = asyncio.ensure_future(self._run(delivery.fact.job_id))
        self._running.add(running)
        try:
            await running
        except DependencyAway:
            raise TryLater(_AGAIN_S) from None
        finally:
            self._running.discard(running)


def job_consumer(bus: Bus, database: Database, bench: Workbench, parallel: int) -> Consumer[events_pb2.JobQueued]:
    """The consumer that all workers share."""
    return Consumer(
        bus,
        database,
        stream=SEPARATION_WORK.name,
        durable=DURABLE,
        kind=events_pb2.JobQueued,
        handle=bench.handle,
        parallel=parallel,
        ack_wait_s=_ACK_WAIT_S,
    )
