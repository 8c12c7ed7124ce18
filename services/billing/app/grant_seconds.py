"""Give a person seconds."""

from __future__ import annotations

from services.billing.app.ports import Ports
from services.billing.domain import grants, ledger
from services.billing.domain.grants import Grant, Order
from services.billing.domain.sheets import Sheet


async def grant_seconds(ports: Ports, order: Order) -> Grant:
    """The grant. Idempotent by source and reference: the first one stays. Raises GrantInvalid, GrantMismatch."""
    async with ports.store.transaction() as work:
        await work.lock_account(order.owner_id)
        now = ports.clock.now()
        wanted = grants.granted(order, now)
        if there := await work.sheet(wanted.grant_id):
            return grants.same(there.grant, wanted)
        await work.add_grant(wanted)
        await work.append(ledger.grant([Sheet(wanted)], now))
        return wanted
