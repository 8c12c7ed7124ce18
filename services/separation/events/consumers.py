"""Work from the queue: each announcement is one chance to take up a job in its tier; which one, the line says."""

from __future__ import annotations

import asyncio
import functools
import logging
from collections.abc import Awaitable, Callable, Mapping, Sequence

from chassis import logs
from chassis.bus.connection import Bus
from chassis.bus.consumer import Consumer, Delivery, TryLater
from chassis.bus.lanes import Lanes
from chassis.bus.topology import SEPARATION_WORK
from chassis.db.pool import Database
from services.separation.domain.errors import DependencyAway
from services.separation.domain.tiers import Tier
from services.separation.events.envelopes import KINDS, Work

_log = logging.getLogger(__name__)
DURABLES: Mapping[Tier, str] = {
    # The one that there was before there were tiers: workers of before it go on with the standard one.
    Tier.STANDARD: "separation-workers",
    Tier.PRIORITY: "separation-workers-priority",
    Tier.FIRST: "separation-workers-first",
}
_ACK_WAIT_S = 15.0
_AGAIN_S = 2.0


class Workbench:
    """Runs jobs as they are announced; as a lifecycle part it hands them back when the process stops.

    It is listed after the consumer, so that it is stopped first.
    """

    name = "workbench"

    def __init__(self, run: Callable[[Tier], Awaitable[None]], stopping: asyncio.Event, drain_s: float) -> None:
        """`run` takes up a tier's next job and returns soon after `stopping` is set; that is waited for `drain_s`."""
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

    async def handle(self, tier: Tier, _delivery: Delivery[Work]) -> None:
        """Take up the job whose turn it is, if there is one; the announcement has then served, whichever that was."""
        if self._stopping.is_set():
            raise TryLater(_AGAIN_S)
        running = asyncio.ensure_future(self._run(tier))
        self._running.add(running)
        try:
            await running
        except DependencyAway:
            raise TryLater(_AGAIN_S) from None
        finally:
            self._running.discard(running)


def job_lanes(
    bus: Bus, database: Database, bench: Workbench, order: Callable[[], Awaitable[Sequence[Tier]]], parallel: int
) -> Lanes[Tier]:
    """The consumers that all workers share, one a tier, and this worker's places; `order` says who is asked first."""
    places = asyncio.Semaphore(parallel)
    lanes: dict[Tier, Consumer[Work]] = {
        tier: Consumer(
            bus,
            database,
            stream=SEPARATION_WORK.name,
            durable=DURABLES[tier],
            kind=kind,
            handle=functools.partial(bench.handle, tier),
            ack_wait_s=_ACK_WAIT_S,
            parallel=places,
        )
        for tier, kind in KINDS.items()
    }
    return Lanes("separation", bus, lanes, order, places)
