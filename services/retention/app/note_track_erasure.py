"""A track and all that was made of it are gone."""

from __future__ import annotations

from services.retention.app.ports import Ports
from services.retention.domain.receipt import TrackErasure


async def note_track_erasure(ports: Ports, erasure: TrackErasure) -> bool:
    """Keep the evidence; false when it is kept already, or all of its owner is erased. Idempotent."""
    async with ports.store.transaction() as work:
        return await work.note_track(erasure)
