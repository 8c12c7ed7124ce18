"""Ask the library itself what is held too long, so that no lost message changes anything."""

from __future__ import annotations

from services.retention.app.ports import Ports
from services.retention.domain.erasure import duty_of


async def reconcile(ports: Ports) -> int:
    """Note a duty for every upload that is finished or past its life; how many there were. Raises LibraryAway."""
    now = ports.clock.now()
    count = 0
    async for uploads in ports.library.held(now - ports.upload_life):
        async with ports.store.transaction() as work:
            await work.hasten([duty_of(upload, ports.upload_life, now) for upload in uploads])
        count += len(uploads)
    return count
