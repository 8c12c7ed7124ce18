"""Charge a job."""

from __future__ import annotations

from services.billing.app.ports import Ports
from services.billing.domain import ledger
from services.billing.domain.facts import MinutesSettled
from services.billing.domain.ledger import Settlement


async def settle_seconds(ports: Ports, job_id: str, seconds: int) -> Settlement:
    """What the job was charged. Idempotent by job: the first charge stays.

    Raises SecondsInvalid, ReservationNotFound, ReservationReleased.
    """
    async with ports.store.transaction() as work:
        settlement = ledger.settle(await work.lock_job(job_id), job_id, seconds, ports.clock.now())
        if settlement.entry:
            await work.append(settlement.entry)
            await work.publish(MinutesSettled(settlement.owner_id, job_id, settlement.charged_s))
    return settlement
