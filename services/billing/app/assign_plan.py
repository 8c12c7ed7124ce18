"""Put a person on a plan."""

from __future__ import annotations

from services.billing.app.account_state import state_of
from services.billing.app.ports import Ports
from services.billing.domain.grants import Account, Renewal
from services.billing.domain.plans import Plan


async def assign_plan(ports: Ports, owner_id: str, plan_name: str, renewal: Renewal = Renewal.CALENDAR_MONTH) -> Plan:
    """The plan, which counts from now on. Raises UnknownPlan.

    By calendar months, its seconds count from this month on, less what was used of the month's grant. By subscription,
    its seconds come by `grant_seconds`, and what the month's grant holds stays until the month ends.
    """
    plan, _ = await exchange_plan(ports, owner_id, plan_name, renewal)
    return plan


async def exchange_plan(
    ports: Ports, owner_id: str, plan_name: str, renewal: Renewal = Renewal.CALENDAR_MONTH
) -> tuple[Plan, str]:
    """The same, with the name of the plan before. Raises UnknownPlan."""
    plan = ports.plans.named(plan_name)
    async with ports.store.transaction() as work:
        before = ports.plans.of_person((await work.lock_account(owner_id)).plan).name
        now = ports.clock.now()
        await work.assign_plan(owner_id, plan.name, renewal, now)
        state = await state_of(work, ports.plans, owner_id, Account(plan.name, renewal), now)
        if state.due:
            await work.add_grant(state.due.grant)
            await work.append(state.due.entry)
    return plan, before
