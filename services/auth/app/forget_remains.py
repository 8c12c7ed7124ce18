"""Forget sessions and links that have been over for a while."""

from __future__ import annotations

from services.auth.app.ports import Ports

BATCH = 500
"""Rows a transaction removes: few enough to hold no lock for long."""


async def forget_remains(ports: Ports) -> int:
    """Remove what was over for the stated time; the number of rows, in batches."""
    before = ports.clock.now() - ports.lives.remains
    removed = 0
    for of_links in (False, True):
        count = BATCH
        while count >= BATCH:
            async with ports.store.transaction() as work:
                remains = work.links if of_links else work.sessions
                count = await remains.forget(before, BATCH)
            removed += count
    return removed
