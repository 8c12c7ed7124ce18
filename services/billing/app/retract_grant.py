"""Take back what is unused of a grant: it was refunded, or its payment charged back."""

from __future__ import annotations

import dataclasses

from services.billing.app.ports import Ports
from services.billing.domain import ledger
from services.billing.domain.errors import GrantNotFound


@dataclasses.dataclass(frozen=True)
class Retraction:
    """What a grant lost in all, and the grant that has its place, which keeps what it has."""

    retracted_s: int
    replaced_by: str | None


async def retract_grant(ports: Ports, owner_id: str, grant_id: str) -> Retraction:
    """Retract what is left of it; what was charged stays so, and what jobs give back later goes the same way.

    Idempotent. Raises GrantNotFound, for another person's grant too.
    """
    async with ports.store.transaction() as work:
        await work.lock_account(owner_id)
        sheet = await work.sheet(grant_id)
        if sheet is None or sheet.grant.owner_id != owner_id:
            raise GrantNotFound
        if entry := ledger.retract(sheet, ports.clock.now()):
            await work.append(entry)
            sheet = sheet.posted(entry.kind, entry.postings[0])
        return Retraction(sheet.retracted_s, await work.successor(grant_id))
