"""Make a track of a complete upload and queue its separation."""

from __future__ import annotations

from services.library.app.ports import Ports
from services.library.app.submit_track import submit_track
from services.library.app.tell_webhooks import tell_created
from services.library.domain.errors import KeyReused, UploadNotFound
from services.library.domain.facts import TrackChanged
from services.library.domain.identifiers import new_job_id, new_track_id
from services.library.domain.text import clean_title, title_of
from services.library.domain.track import Track, TrackState


async def create_track(
    ports: Ports, owner_id: str, upload_id: str, idempotency_key: str, title: str, model: str
) -> Track:
    """The upload's track: made, or found by key or upload, and submitted unless it was.

    Raises UploadNotFound, UploadGone, UploadIncomplete, KeyReused and all that `submit_track` raises.
    """
    track = await _found_or_made(ports, owner_id, upload_id, idempotency_key, title, model)
    if track.state is not TrackState.CHECKING:
        return track
    return await submit_track(ports, track, is_awaited=True)


async def _found_or_made(
    ports: Ports, owner_id: str, upload_id: str, idempotency_key: str, title: str, model: str
) -> Track:
    async with ports.store.transaction() as work:
        if idempotency_key and (known := await work.tracks.of_key(owner_id, idempotency_key)):
            if known.upload_id != upload_id:
                raise KeyReused
            return known
        if await work.uploads.get(owner_id, upload_id) is None:
            raise UploadNotFound
        # Of two requests for one upload, the second waits here and then finds the first one's track.
        upload = await work.uploads.locked(upload_id)
        if upload is None:
            raise UploadNotFound
        if known := await work.tracks.of_upload(upload_id):
            return known
        upload.require_whole()
        now = ports.clock.now()
        chosen = clean_title(title)
        track = Track(
            track_id=new_track_id(),
            owner_id=owner_id,
            upload_id=upload_id,
            idempotency_key=idempotency_key,
            title=chosen or title_of(upload.file_name),
            title_chosen=bool(chosen),
            artist="",
            state=TrackState.CHECKING,
            model=model,
            job_id=new_job_id(),
            created_at=now,
            updated_at=now,
        )
        await work.tracks.add(track)
        await work.publish(TrackChanged(track.track_id, owner_id))
        await tell_created(work, track)
    return track
