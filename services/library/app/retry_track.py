"""Separate a failed or cancelled track again, by a new job from the start."""

from __future__ import annotations

import dataclasses

from services.library.app.ports import Ports
from services.library.app.stop_job import stop_job
from services.library.app.submit_track import submit_track
from services.library.domain.errors import TrackNotFound, UploadGone
from services.library.domain.facts import TrackChanged
from services.library.domain.identifiers import new_job_id
from services.library.domain.segment import object_prefix
from services.library.domain.track import Track, TrackState


async def retry_track(ports: Ports, owner_id: str, track_id: str) -> Track:
    """The track, queued again; as it is when it is under way already.

    Raises TrackNotFound, TrackNotRetryable, UploadGone and all that `submit_track` raises; a refusal leaves the track
    failed, with the refusal as its reason.
    """
    await _drop_stems(ports, owner_id, track_id)
    before, track = await _restart(ports, track_id)
    if before.stop_owed and before.job_id != track.job_id:
        await stop_job(ports, before)
    if track.state is not TrackState.CHECKING:
        return track
    return await submit_track(ports, track, is_awaited=True)


async def _drop_stems(ports: Ports, owner_id: str, track_id: str) -> None:
    async with ports.store.transaction() as work:
        if await work.tracks.get(owner_id, track_id) is None:
            raise TrackNotFound
        track = await work.tracks.locked_with_upload(track_id)
        if track is None or track.deleting_at is not None:
            raise TrackNotFound
        if track.is_under_way:
            return
        track.require_retryable()
        if not track.upload_held:
            raise UploadGone
        await work.segments.drop(track_id)
        await work.tracks.save(dataclasses.replace(track, segments=0, playable_samples=0))


async def _restart(ports: Ports, track_id: str) -> tuple[Track, Track]:
    async with ports.store.transaction() as work:
        before = await work.tracks.locked_with_upload(track_id)
        if before is None or before.deleting_at is not None:
            raise TrackNotFound
        if before.is_under_way:
            return before, before
        track = dataclasses.replace(before.retried(new_job_id()), updated_at=ports.clock.now())
        if not before.upload_held:
            raise UploadGone
        # Under the lock, so that no new job's objects can be among those that go.
        await ports.objects.delete_prefix(object_prefix(track_id))
        await work.tracks.save(track)
        await work.publish(TrackChanged(track_id, track.owner_id))
    return before, track
