"""Forget sessions, links and identities that have been over for a while."""

from __future__ import annotations

from services.auth.app.ports import Identities, Links, Ports, Sessions

BATCH = 500
"""Rows a transaction removes: few enough to hold no lock for long."""


async def forget_remains(ports: Ports) -> int:
    """Remove what was over for the stated time; the number of rows, in batches."""
    before = ports.clock.now() - ports.lives.remains
    removed = 0
    for kind in ("sessions", "links", "identities"):
        count = BATCH
        while count >= BATCH:
            async with ports.store.transaction() as work:
                remains: dict[str, Sessions | Links | Identities] = {
                    "sessions": work.sessions,
                    "links": work.links,
                    "identities": work.identities,
                }
                count = await remains[kind].forget(before, BATCH)
            removed += count
    return removed
