"""What a person has used and has left."""

from __future__ import annotations

import dataclasses

from services.billing.app.ports import Ports
from services.billing.domain.ledger import Sheet
from services.billing.domain.month import month_of
from services.billing.domain.plans import Plan


@dataclasses.dataclass(frozen=True)
class Usage:
    """A person's plan and month."""

    plan: Plan
    sheet: Sheet

    @property
    def left_s(self) -> int:
        """Seconds that may still be reserved this month."""
        return self.sheet.left_s(self.plan)


async def get_usage(ports: Ports, owner_id: str) -> Usage:
    """This month's usage; a person never seen has all of the default plan."""
    async with ports.store.transaction() as work:
        plan = ports.plans.of_person(await work.assigned_plan(owner_id))
        return Usage(plan, await work.sheet(owner_id, month_of(ports.clock.now())))
