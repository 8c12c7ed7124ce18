"""Charge a job."""

from __future__ import annotations

import dataclasses

from services.billing.app.end_job import end_job
from services.billing.app.ports import Ports
from services.billing.domain import ledger
from services.billing.domain.errors import ReservationNotFound
from services.billing.domain.facts import MinutesSettled


@dataclasses.dataclass(frozen=True)
class Settlement:
    """What a job was charged, and whether that was now or before."""

    charged_s: int
    is_new: bool


async def settle_seconds(ports: Ports, job_id: str, seconds: int) -> Settlement:
    """What the job was charged. Idempotent by job: the first charge stays.

    Raises SecondsInvalid, ReservationNotFound, ReservationReleased.
    """
    async with ports.store.transaction() as work:
        history = await work.lock_job(job_id)
        charged_s = ledger.charge(history, seconds)
        if charged_s is not None:
            return Settlement(charged_s, is_new=False)
        if history.reservation is None:
            raise ReservationNotFound
        await work.lock_books(history.reservation.owner_id)
        # Read after the lock is held, so that an account's entries are in the order of their times.
        now = ports.clock.now()
        entry = ledger.settle(history.reservation, job_id, seconds, now)
        await end_job(work, entry, now)
        await work.publish(MinutesSettled(history.reservation.owner_id, job_id, entry.seconds))
        return Settlement(entry.seconds, is_new=True)
