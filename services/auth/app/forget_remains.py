"""Forget sessions, links, keys and devices that have been over for a while."""

from __future__ import annotations

from services.auth.app.ports import Ports

BATCH = 500
"""Rows a transaction removes: few enough to hold no lock for long."""


async def forget_remains(ports: Ports) -> int:
    """Remove what was over for the stated time; the number of rows, in batches."""
    now = ports.clock.now()
    before = now - ports.lives.remains
    removed = 0
    for kind in range(4):
        count = BATCH
        while count >= BATCH:
            async with ports.store.transaction() as work:
                remains = (work.sessions, work.links, work.api_keys, work.device_sign_ins)[kind]
                # Of a program that waited, an address is known, and nobody asks about it later.
                count = await remains.forget(now if remains is work.device_sign_ins else before, BATCH)
            removed += count
    return removed
