"""The links of a track that work."""

from __future__ import annotations

from services.library.app.ports import Ports
from services.library.domain.errors import TrackNotFound
from services.library.domain.share import Share


async def list_shares(ports: Ports, owner_id: str, track_id: str) -> tuple[Share, ...]:
    """Newest first. Raises TrackNotFound."""
    async with ports.store.transaction() as work:
        if await work.tracks.get(owner_id, track_id) is None:
            raise TrackNotFound
        return await work.shares.live(track_id, ports.clock.now())
