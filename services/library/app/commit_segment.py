"""A worker's segment becomes part of its track."""

from __future__ import annotations

import dataclasses

from services.library.app.ports import Ports
from services.library.domain.errors import TrackNotFound
from services.library.domain.facts import SegmentCommitted
from services.library.domain.segment import SealedSegment, check_segment
from services.library.domain.track import Track


async def commit_segment(ports: Ports, track_id: str, job_id: str, attempt: int, sealed: SealedSegment) -> Track:
    """The track with the segment. Idempotent per index: the first writer's segment stays.

    Raises TrackNotFound, AttemptFenced, TrackNotSeparating, SegmentOutOfOrder or SegmentInvalid.
    """
    async with ports.store.transaction() as work:
        before = await work.tracks.locked(track_id)
        if before is None or before.deleting_at is not None:
            raise TrackNotFound
        before.require_attempt(job_id, attempt)
        if 0 <= sealed.segment.index < before.segments:
            return before
        checked = check_segment(track_id, before.stems, sealed)
        track = before.committed(checked.segment)
        now = ports.clock.now()
        if not before.awaits_answer:
            track = dataclasses.replace(track, updated_at=now)
        await work.segments.add(track.owner_id, track_id, checked, now)
        await work.tracks.save(track)
        await work.publish(SegmentCommitted(track_id, track.owner_id, checked.segment.index, track.playable_samples))
    return track
