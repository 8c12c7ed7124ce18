"""One segment of one stem, as the FLAC file it is."""

from __future__ import annotations

from services.library.app.ports import Ports
from services.library.domain.errors import SegmentNotFound, TrackNotFound


async def read_segment(ports: Ports, owner_id: str, track_id: str, stem: str, index: int) -> bytes:
    """The file's bytes, which are a few hundred KiB. Raises TrackNotFound or SegmentNotFound."""
    async with ports.store.transaction() as work:
        if await work.tracks.get(owner_id, track_id) is None:
            raise TrackNotFound
        sealed = await work.segments.sealed_object(owner_id, track_id, stem, index)
    if sealed is None:
        raise SegmentNotFound
    name, key = sealed
    return await ports.objects.get(key, name)
