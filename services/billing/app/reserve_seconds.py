"""Set seconds aside for a job."""

from __future__ import annotations

from services.billing.app.account_state import state_of
from services.billing.app.ports import Ports
from services.billing.domain import ledger


async def reserve_seconds(ports: Ports, owner_id: str, job_id: str, seconds: int) -> int:
    """Seconds left to the person after this. Idempotent by job: the first reservation stays.

    Raises SecondsInvalid, TooLong, MinutesExhausted, ReservationReleased, ReservationMismatch.
    """
    async with ports.store.transaction() as work:
        history = await work.lock_job(job_id)
        account = await work.lock_account(owner_id)
        # Read after the lock is held, so that a month never begins between two reservations in the wrong order.
        now = ports.clock.now()
        state = await state_of(work, ports.plans, owner_id, account, now)
        if ledger.is_reserved(history, owner_id):
            return state.left_s
        entry = ledger.reserve(state.sheets, state.plan, owner_id, job_id, seconds, now, state.period.ends_at)
        if state.due:
            await work.add_grant(state.due.grant)
            await work.append(state.due.entry)
        await work.append(entry)
        return state.left_s - seconds
