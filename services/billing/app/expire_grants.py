"""Write off what is left of grants that have ended."""

from __future__ import annotations

from services.billing.app.ports import Ports
from services.billing.domain import ledger
from services.billing.domain.grants import Grant

BATCH = 200


async def expire_grants(ports: Ports) -> None:
    """Write off all that have ended. Several processes may do it at once."""
    while True:
        async with ports.store.transaction() as work:
            ended = await work.ended_grants(ports.clock.now(), BATCH)
        for grant in ended:
            await _expire(ports, grant)
        if len(ended) < BATCH:
            return


async def _expire(ports: Ports, grant: Grant) -> None:
    async with ports.store.transaction() as work:
        await work.lock_books(grant.owner_id)
        sheet = await work.sheet(grant.grant_id)
        if sheet and (entry := ledger.expire(sheet, ports.clock.now())):
            await work.append(entry)
        # What jobs hold of it needs no second look: it expires as they give it back.
        await work.mark_written_off(grant.grant_id)
