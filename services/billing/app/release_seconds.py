"""Give a job's seconds back."""

from __future__ import annotations

from services.billing.app.ports import Ports
from services.billing.domain import ledger


async def release_seconds(ports: Ports, job_id: str) -> None:
    """Give back what was set aside, and let the job reserve nothing later. Idempotent. Raises ReservationSettled."""
    async with ports.store.transaction() as work:
        if entry := ledger.release(await work.lock_job(job_id), job_id, ports.clock.now()):
            await work.append(entry)
