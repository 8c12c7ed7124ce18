"""Give a person seconds for nothing."""

from __future__ import annotations

import datetime

from services.billing.app.grant_seconds import grant_seconds
from services.billing.app.ports import Ports
from services.billing.domain.errors import GrantInvalid
from services.billing.domain.grants import Grant, Order, Source, grant_id_of, same

LIFE_DAYS_MAX = 3_650
SECONDS_MAX = 10**9


async def grant_courtesy(ports: Ports, owner_id: str, seconds: int, life_days: int, reference: str) -> Grant:
    """The grant, from now on. Idempotent by reference. Raises GrantInvalid, GrantMismatch."""
    if not 0 < life_days <= LIFE_DAYS_MAX or not 0 < seconds <= SECONDS_MAX:
        raise GrantInvalid
    named = f"{owner_id}:{reference}" if reference else ""
    async with ports.store.transaction() as work:
        there = await work.sheet(grant_id_of(Source.COURTESY, named))
    # Given before: from then on, and not from now.
    starts_at = there.grant.starts_at if there else ports.clock.now()
    ends_at = starts_at + datetime.timedelta(days=life_days)
    order = Order(owner_id, Source.COURTESY, named, seconds, starts_at, ends_at)
    if there:
        return same(there.grant, _as_ordered(there.grant, order))
    return await grant_seconds(ports, order)


def _as_ordered(there: Grant, order: Order) -> Grant:
    return Grant(
        grant_id=there.grant_id,
        owner_id=order.owner_id,
        source=order.source,
        plan=order.plan,
        nominal_s=order.seconds,
        starts_at=order.starts_at,
        expires_at=order.expires_at,
        granted_at=there.granted_at,
        origin_id=there.origin_id,
    )
