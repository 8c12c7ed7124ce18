"""Delete a track with its stems and upload."""

from __future__ import annotations

import asyncio
import contextlib
import dataclasses

from services.library.app.erase_upload import finish_erasure
from services.library.app.ports import Ports
from services.library.app.stop_job import stop_job
from services.library.app.tell_webhooks import tell_deleted
from services.library.domain.errors import TrackNotFound
from services.library.domain.facts import TrackChanged, TrackErased
from services.library.domain.file_tags import cover_prefix
from services.library.domain.segment import object_prefix
from services.library.domain.track import Track

_PATIENCE_S = 2.0
"""A listener waits this long at most for rubbish to be removed; a ten-hour song has some thirty thousand objects."""


async def delete_track(ports: Ports, owner_id: str, track_id: str) -> None:
    """Delete. Idempotent. Raises TrackNotFound for a track that the owner never had.

    One commit destroys every key and makes the track invisible; what remains is rubbish, removed now or by the sweep.
    """
    async with ports.store.transaction() as work:
        known = await work.tracks.locked_with_upload(track_id)
        if known is None or known.owner_id != owner_id:
            raise TrackNotFound
        if known.deleting_at is not None:
            return
        now = ports.clock.now()
        track = known.deleted(now)
        await work.people.note_track(owner_id, track_id)
        await work.tracks.count_removed(track_id)
        await work.segments.drop(track_id)
        await work.file_tags.drop(track_id)
        await work.shares.drop(track_id)
        await work.uploads.destroy_key(track.upload_id)
        await work.tracks.save(track)
        await work.publish(TrackChanged(track_id, owner_id))
        await tell_deleted(work, dataclasses.replace(track, updated_at=now))
    with contextlib.suppress(TimeoutError):
        async with asyncio.timeout(_PATIENCE_S):
            await finish_deletion(ports, track)


async def finish_deletion(ports: Ports, track: Track) -> None:
    """Stop the job and remove the objects of a track whose keys are destroyed."""
    if track.stop_owed:
        await stop_job(ports, track)
    await ports.objects.delete_prefix(object_prefix(track.track_id))
    await ports.objects.delete_prefix(cover_prefix(track.track_id))
    await finish_erasure(ports, track.upload_id)
    async with ports.store.transaction() as work:
        marked = await work.tracks.mark_deleted(track.track_id)
        if marked is not None:
            asked_at, removed = marked
            names = (track.track_id, track.owner_id, track.upload_id)
            await work.publish(TrackErased(*names, asked_at, ports.clock.now(), removed))
