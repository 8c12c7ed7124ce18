"""Set seconds aside for a job."""

from __future__ import annotations

from services.billing.app.ports import Ports
from services.billing.domain import ledger
from services.billing.domain.month import month_of


async def reserve_seconds(ports: Ports, owner_id: str, job_id: str, seconds: int) -> int:
    """Seconds left to the person after this. Idempotent by job: the first reservation stays.

    Raises SecondsInvalid, TooLong, MinutesExhausted, ReservationReleased, ReservationMismatch.
    """
    async with ports.store.transaction() as work:
        history = await work.lock_job(job_id)
        plan = ports.plans.of_person(await work.lock_account(owner_id))
        # Read after the lock is held, so that a month never begins between two reservations in the wrong order.
        now = ports.clock.now()
        month = month_of(now)
        if not ledger.is_reserved(history, owner_id):
            sheet = await work.sheet(owner_id, month)
            entry = ledger.reserve(sheet, plan, owner_id, job_id, seconds, now)
            if grant := ledger.grant(sheet, plan, owner_id, now):
                await work.append(grant)
            await work.append(entry)
        return (await work.sheet(owner_id, month)).left_s(plan)
