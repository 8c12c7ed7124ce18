"""Erase an upload: its key, then its objects, then its names."""

from __future__ import annotations

import dataclasses

from services.library.app.ports import Ports
from services.library.app.stop_job import stop_job
from services.library.app.tell_webhooks import tell_ended
from services.library.domain.errors import UploadInUse, UploadNotFound
from services.library.domain.facts import TrackChanged
from services.library.domain.upload import object_prefix


@dataclasses.dataclass(frozen=True)
class Erasure:
    """What an erasure did: objects removed by this call, whose upload it was."""

    objects: int
    owner_id: str


async def erase_upload(ports: Ports, upload_id: str) -> Erasure:
    """Erase, ending a separation that still reads it. Idempotent. Raises UploadNotFound."""
    async with ports.store.transaction() as work:
        upload = await work.uploads.locked(upload_id)
        if upload is None:
            raise UploadNotFound
        found = await work.tracks.of_upload(upload_id)
        track = await work.tracks.locked(found.track_id) if found else None
        if upload.key_held:
            await work.people.note_upload(upload.owner_id, upload_id)
            await work.uploads.destroy_key(upload_id)
        ended = track.expired() if track else None
        if track and ended and ended is not track:
            ended = dataclasses.replace(ended, updated_at=ports.clock.now())
            await work.tracks.save(ended)
            await tell_ended(work, ended)
        if track and upload.key_held:
            await work.publish(TrackChanged(track.track_id, track.owner_id))
    if upload.erased_at is not None:
        return Erasure(0, upload.owner_id)
    if ended and ended.stop_owed:
        await stop_job(ports, ended)
    return Erasure(await finish_erasure(ports, upload_id), upload.owner_id)


async def finish_erasure(ports: Ports, upload_id: str) -> int:
    """Remove what is left of an upload whose key is destroyed; the number of objects removed."""
    objects = await ports.objects.delete_prefix(object_prefix(upload_id))
    async with ports.store.transaction() as work:
        await work.uploads.mark_erased(upload_id, ports.clock.now())
    return objects


async def delete_upload(ports: Ports, owner_id: str, upload_id: str) -> None:
    """Erase at the owner's wish. Idempotent. Raises UploadNotFound, and UploadInUse while it is being separated."""
    async with ports.store.transaction() as work:
        if await work.uploads.get(owner_id, upload_id) is None:
            raise UploadNotFound
        track = await work.tracks.of_upload(upload_id)
        if track and track.is_under_way:
            raise UploadInUse
    await erase_upload(ports, upload_id)
