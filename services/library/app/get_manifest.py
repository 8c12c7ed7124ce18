"""The segments of a track that are playable so far."""

from __future__ import annotations

from services.library.app.ports import Ports
from services.library.domain.errors import TrackNotFound
from services.library.domain.segment import Segment
from services.library.domain.track import Track

SEGMENTS_MAX = 1000
"""Most segments of one answer; `from_index` asks for more."""
PEAK_BYTES_MAX = 4 * 1024 * 1024
"""Most bytes of peaks of one answer: it must fit a message of 8 MiB, and 384 kHz has long peaks."""


async def get_manifest(
    ports: Ports, owner_id: str, track_id: str, from_index: int
) -> tuple[Track, tuple[Segment, ...]]:
    """The track and its segments from an index on, as many as one answer holds. Raises TrackNotFound."""
    async with ports.store.transaction() as work:
        track = await work.tracks.get(owner_id, track_id)
        if track is None:
            raise TrackNotFound
        segments = await work.segments.page(track_id, max(from_index, 0), SEGMENTS_MAX)
    room = PEAK_BYTES_MAX
    for count, segment in enumerate(segments):
        room -= sum(len(stem.peaks) for stem in segment.stems)
        if room < 0 and count:
            return track, segments[:count]
    return track, segments
