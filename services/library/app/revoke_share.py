"""End a link before its time."""

from __future__ import annotations

from services.library.app.ports import Ports
from services.library.domain.errors import ShareNotFound, TrackNotFound


async def revoke_share(ports: Ports, owner_id: str, track_id: str, share_id: str) -> None:
    """It opens nothing once this returns. Idempotent. Raises TrackNotFound or ShareNotFound."""
    async with ports.store.transaction() as work:
        if await work.tracks.get(owner_id, track_id) is None:
            raise TrackNotFound
        share = await work.shares.get(track_id, share_id)
        if share is None:
            raise ShareNotFound
        await work.shares.save(share.revoked(ports.clock.now()))
