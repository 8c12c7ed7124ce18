"""Put a person on a plan."""

from __future__ import annotations

from services.billing.app.ports import Ports
from services.billing.domain import ledger
from services.billing.domain.month import month_of
from services.billing.domain.plans import Plan


async def assign_plan(ports: Ports, owner_id: str, plan_name: str) -> Plan:
    """The plan, whose seconds count from this month on; what was used of it stays used. Raises UnknownPlan."""
    plan = ports.plans.named(plan_name)
    async with ports.store.transaction() as work:
        await work.lock_account(owner_id)
        now = ports.clock.now()
        await work.assign_plan(owner_id, plan.name, now)
        if grant := ledger.grant(await work.sheet(owner_id, month_of(now)), plan, owner_id, now):
            await work.append(grant)
    return plan
