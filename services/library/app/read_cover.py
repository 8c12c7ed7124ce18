"""The cover of a song, as its file has it or its listener sent it."""

from __future__ import annotations

from services.library.app.ports import Ports
from services.library.domain.errors import CoverNotFound, SegmentNotFound, TrackNotFound
from services.library.domain.file_tags import Cover


async def read_cover(ports: Ports, owner_id: str, track_id: str) -> Cover:
    """At most 4 MiB. Raises TrackNotFound or CoverNotFound."""
    async with ports.store.transaction() as work:
        if await work.tracks.get(owner_id, track_id) is None:
            raise TrackNotFound
        sealed = await work.file_tags.cover(owner_id, track_id)
    if sealed is None:
        raise CoverNotFound
    place, key = sealed
    try:
        return Cover(place.media_type, await ports.objects.get(key, place.object_name))
    except SegmentNotFound as error:
        raise CoverNotFound from error
