"""A separation ended."""

from __future__ import annotations

import dataclasses

from services.library.app.ports import Ports
from services.library.app.tell_webhooks import tell_ended
from services.library.domain.errors import TrackNotFound
from services.library.domain.facts import TrackChanged
from services.library.domain.remark import Remark
from services.library.domain.track import Failure, Outcome, TrackState


async def conclude_track(
    ports: Ports,
    track_id: str,
    job_id: str,
    outcome: Outcome,
    failure: Failure | None,
    length_samples: int,
    remarks: tuple[Remark, ...],
) -> None:
    """Record the end. Idempotent. Raises TrackNotFound, AttemptFenced, TrackNotSeparating or SegmentInvalid.

    A track that was ready before it was deleted still says so: what its listener got is charged.
    """
    async with ports.store.transaction() as work:
        before = await work.tracks.locked(track_id)
        if before is None or (before.deleting_at is not None and before.state is not TrackState.READY):
            raise TrackNotFound
        track = before.concluded(job_id, outcome, failure, length_samples, remarks)
        if track is before:
            return
        track = dataclasses.replace(track, updated_at=ports.clock.now())
        await work.tracks.save(track)
        await work.publish(TrackChanged(track_id, track.owner_id))
        await tell_ended(work, track)
