"""Submit a checking track's job to separation, and record the answer."""

from __future__ import annotations

import dataclasses

from services.library.app.discard_object import try_to_discard
from services.library.app.drop_refused import drop_refused
from services.library.app.erase_upload import finish_erasure
from services.library.app.ports import Ports, Work
from services.library.app.stop_job import stop_job
from services.library.app.store_cover import store_cover
from services.library.app.tell_webhooks import tell_ended
from services.library.domain.errors import FileRefused, QueueFull, SubmissionRefused, TrackNotFound, UploadGone
from services.library.domain.facts import TrackChanged
from services.library.domain.track import RETRYABLE, Acceptance, Failure, Track
from services.library.domain.upload import Grant, Upload


async def submit_track(ports: Ports, track: Track, *, is_awaited: bool) -> Track:
    """Submit and give the track as it is then. Repeating it is harmless: the job's identifier stays the same.

    A refusal is raised again. When somebody awaits it, a new track is removed and an older one marked as failed; when
    nobody does, the track is marked as failed for its listener to see, and stays as it is while the queue is full. An
    upload that can never be separated is erased. Raises SubmissionRefused's kinds, SeparationUnavailable (the track
    stays as it is), UploadGone, and TrackNotFound when it was deleted meanwhile.
    """
    async with ports.store.transaction() as work:
        upload = await work.uploads.get(track.owner_id, track.upload_id)
        grant = await grant_for(work, upload) if upload else None
    if grant is None:
        raise UploadGone
    try:
        acceptance = await ports.separation.submit(track.job_id, track.track_id, track.owner_id, grant, track.model)
    except SubmissionRefused as refusal:
        await _refuse(ports, track, refusal, is_awaited=is_awaited)
        raise
    return await _accept(ports, track, acceptance)


async def grant_for(work: Work, upload: Upload) -> Grant | None:
    """Leave to read an upload; None once its key is destroyed."""
    key = await work.uploads.key(upload)
    if key is None:
        return None
    return Grant(upload.upload_id, upload.length_bytes, key, await work.uploads.parts(upload.upload_id))


async def _accept(ports: Ports, track: Track, acceptance: Acceptance) -> Track:
    async with ports.store.transaction() as work:
        current = await work.tracks.locked(track.track_id)
        is_same = current is not None and current.job_id == track.job_id
        is_wanted = is_same and current is not None and current.deleting_at is None and current.state not in RETRYABLE
        if current and is_same and not is_wanted:
            await work.tracks.save(dataclasses.replace(current, stop_owed=True))
        takes_tags = current is not None and is_wanted and current.awaits_answer and current.takes_tags
        if current and is_wanted and current.awaits_answer:
            if takes_tags:
                await work.file_tags.add(current.track_id, acceptance.file_tags)
            current = dataclasses.replace(current.accepted(acceptance), updated_at=ports.clock.now())
            await work.tracks.save(current)
            await work.publish(TrackChanged(current.track_id, current.owner_id))
    if not is_wanted:
        # Stopped, deleted or begun anew while the answer was on its way: a stop sent before the job was made missed it.
        await stop_job(ports, track)
    if current is None or current.deleting_at is not None:
        raise TrackNotFound
    if takes_tags and acceptance.cover is not None:
        await store_cover(ports, current, acceptance.cover)
    return current


async def _refuse(ports: Ports, track: Track, refusal: SubmissionRefused, *, is_awaited: bool) -> None:
    if isinstance(refusal, QueueFull) and not is_awaited:
        return
    for_good = isinstance(refusal, FileRefused)
    left = ""
    async with ports.store.transaction() as work:
        upload = await work.uploads.locked(track.upload_id)
        current = await work.tracks.locked(track.track_id)
        if current is None or current.job_id != track.job_id or not current.awaits_answer:
            return
        if current.jobs > 1 or not is_awaited:
            failed = current.failed(Failure(refusal.reason, str(refusal), retryable=not for_good))
            failed = dataclasses.replace(failed, updated_at=ports.clock.now())
            await work.tracks.save(failed)
            await tell_ended(work, failed)
            await work.publish(TrackChanged(track.track_id, track.owner_id))
        else:
            left = await drop_refused(ports, work, current)
        if for_good and upload and upload.key_held:
            await work.uploads.destroy_key(track.upload_id)
    if left:
        await try_to_discard(ports, left)
    if for_good and upload and upload.erased_at is None:
        await finish_erasure(ports, track.upload_id)
