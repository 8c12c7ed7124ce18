"""Put a grant in the place of another one: a plan was changed in the middle of its period."""

from __future__ import annotations

from services.billing.app.ports import Ports
from services.billing.domain import grants, ledger
from services.billing.domain.errors import GrantEnded, GrantNotFound, GrantReplaced
from services.billing.domain.grants import Grant, Order


async def replace_grant(ports: Ports, replaced_id: str, order: Order, kept_s: int) -> Grant:
    """The new grant. `kept_s` of the old one's nominal seconds stay the person's, by proration or as one likes.

    What is left of the old grant is retracted. The new one is worth its own seconds and the kept ones less what was
    used of the old one, so who changes to and fro gains nothing where both are prorated by `domain/grants.py`. What
    jobs hold of the old one and give back later comes to the new one. Nothing can be kept of one that was refunded,
    so it counts as ended. Idempotent by source and reference.

    Raises GrantInvalid, GrantMismatch, GrantNotFound, GrantEnded, and GrantReplaced when another grant has its place.
    """
    async with ports.store.transaction() as work:
        await work.lock_account(order.owner_id)
        now = ports.clock.now()
        old = await work.sheet(replaced_id)
        if old is None:
            raise GrantNotFound
        wanted = grants.granted(order, now, old.grant, kept_s)
        replaced_by = await work.successor(replaced_id)
        # Asked first, so that an order that was granted in its own right because of this is refused the same way again.
        if replaced_by is None and (old.is_closed or old.grant.is_over(now)):
            raise GrantEnded
        if there := await work.sheet(wanted.grant_id):
            return grants.same(there.grant, wanted)
        if replaced_by is not None:
            raise GrantReplaced
        if entry := ledger.retract(old, now):
            await work.append(entry)
        await work.add_grant(wanted)
        await work.append(ledger.grant(await work.line(old.grant.origin_id), now))
        return wanted
