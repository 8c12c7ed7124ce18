"""A listener chooses a track's cover, or removes it."""

from __future__ import annotations

import dataclasses

from services.library.app.discard_object import STORING_LIFE, try_to_discard
from services.library.app.owned_track import owned_track
from services.library.app.ports import Ports, Work
from services.library.domain.errors import AccountNotFound, TrackNotFound
from services.library.domain.facts import TrackChanged
from services.library.domain.file_tags import CoverObject, cover_prefix
from services.library.domain.identifiers import new_cover_id
from services.library.domain.picture import sent_cover
from services.library.domain.track import Track


async def set_cover(ports: Ports, owner_id: str, track_id: str, data: bytes) -> Track:
    """The track, with these bytes of a picture as its cover in place of the one before, which is erased.

    Raises CoverTooLarge, CoverUnreadable or TrackNotFound. The object is noted as needless before it is stored, and the
    note goes in the commit that makes it the track's: whether that came about is never guessed at, and what did not is
    removed within the hour. An object that could not be removed now is none of the caller's worries.
    """
    cover = sent_cover(data)
    name = f"{cover_prefix(track_id)}/{new_cover_id()}"
    async with ports.store.transaction() as work:
        if await work.tracks.get(owner_id, track_id) is None:
            raise TrackNotFound
        await work.needless_objects.note(owner_id, name, ports.clock.now() + STORING_LIFE)
    key = ports.objects.new_key()
    await ports.objects.put(key, name, cover.data)
    try:
        async with ports.store.transaction() as work:
            track = await owned_track(work, owner_id, track_id)
            place = CoverObject(name, cover.media_type, len(cover.data))
            before = await work.file_tags.choose_cover(owner_id, track_id, place, key)
            if not await work.needless_objects.take_back(name):
                raise TimeoutError("the cover took so long that it was taken for needless")
            track = await _changed(ports, work, track, before)
    except (TrackNotFound, AccountNotFound):
        await try_to_discard(ports, name)
        raise
    if before:
        await try_to_discard(ports, before)
    return track


async def remove_cover(ports: Ports, owner_id: str, track_id: str) -> Track:
    """The track without a cover, its file's included. Idempotent. Raises TrackNotFound."""
    async with ports.store.transaction() as work:
        track = await owned_track(work, owner_id, track_id)
        before = await work.file_tags.drop_cover(track_id)
        if before:
            track = await _changed(ports, work, track, before)
    if before:
        await try_to_discard(ports, before)
    return track


async def _changed(ports: Ports, work: Work, track: Track, before: str) -> Track:
    """The track as it is now; `before` is the object that it has no more, "" for none."""
    now = ports.clock.now()
    if before:
        await work.needless_objects.note(track.owner_id, before, now)
    await work.tracks.save(dataclasses.replace(track, updated_at=now))
    await work.publish(TrackChanged(track.track_id, track.owner_id))
    changed = await work.tracks.get(track.owner_id, track.track_id)
    if changed is None:
        raise TrackNotFound
    return changed
