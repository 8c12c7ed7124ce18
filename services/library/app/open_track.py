"""A worker's attempt takes a track over."""

from __future__ import annotations

import dataclasses

from services.library.app.ports import Ports
from services.library.app.submit_track import grant_for
from services.library.domain.errors import TrackNotFound, UploadGone
from services.library.domain.facts import TrackChanged
from services.library.domain.track import Track
from services.library.domain.upload import Grant


async def open_track(
    ports: Ports, track_id: str, job_id: str, attempt: int, stems: tuple[str, ...]
) -> tuple[Grant, Track]:
    """Leave to read the upload, and the track with what is committed; every older attempt is shut out.

    Raises TrackNotFound, AttemptFenced, TrackNotSeparating, UploadGone or SegmentInvalid.
    """
    async with ports.store.transaction() as work:
        before = await work.tracks.locked(track_id)
        if before is None or before.deleting_at is not None:
            raise TrackNotFound
        track = before.opened(job_id, attempt, stems)
        upload = await work.uploads.get(track.owner_id, track.upload_id)
        grant = await grant_for(work, upload) if upload else None
        if grant is None:
            raise UploadGone
        if track != before:
            # `updated_at` of a track without separation's answer tells the sweep when to ask again: it stays.
            moment = before.updated_at if before.awaits_answer else ports.clock.now()
            await work.tracks.save(dataclasses.replace(track, updated_at=moment))
        if track.state is not before.state:
            await work.publish(TrackChanged(track_id, track.owner_id))
    return grant, track
