"""Give a job's seconds back."""

from __future__ import annotations

from services.billing.app.end_job import end_job
from services.billing.app.ports import Ports
from services.billing.domain import ledger


async def release_seconds(ports: Ports, job_id: str) -> None:
    """Give back what was set aside, and let the job reserve nothing later. Idempotent. Raises ReservationSettled."""
    async with ports.store.transaction() as work:
        history = await work.lock_job(job_id)
        if history.reservation:
            await work.lock_books(history.reservation.owner_id)
        # Read after the lock is held, so that an account's entries are in the order of their times.
        now = ports.clock.now()
        entry = ledger.release(history, job_id, now)
        if entry is None:
            return
        if history.reservation is None:
            await work.append(entry)
        else:
            await end_job(work, entry, now)
