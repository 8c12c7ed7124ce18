"""Forget sessions, links and keys that have been over for a while."""

from __future__ import annotations

from services.auth.app.ports import Ports

BATCH = 500
"""Rows a transaction removes: few enough to hold no lock for long."""


async def forget_remains(ports: Ports) -> int:
    """Remove what was over for the stated time; the number of rows, in batches."""
    before = ports.clock.now() - ports.lives.remains
    removed = 0
    for kind in range(3):
        count = BATCH
        while count >= BATCH:
            async with ports.store.transaction() as work:
                remains = (work.sessions, work.links, work.api_keys)[kind]
                count = await remains.forget(before, BATCH)
            removed += count
    return removed
