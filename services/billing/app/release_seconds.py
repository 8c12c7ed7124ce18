"""Give a job's seconds back."""

from __future__ import annotations

from services.billing.app.end_job import end_job
from services.billing.app.ports import Ports
from services.billing.domain import ledger


async def release_seconds(ports: Ports, job_id: str) -> None:
    """Give back what was set aside, and let the job reserve nothing later. Idempotent. Raises ReservationSettled."""
    async with ports.store.transaction() as work:
        now = ports.clock.now()
        entry = ledger.release(await work.lock_job(job_id), job_id, now)
        if entry is None:
            return
        if entry.owner_id is None:
            await work.append(entry)
        else:
            await end_job(work, entry.owner_id, entry, now)
