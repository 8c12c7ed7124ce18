"""A listener chooses a track's cover, or removes it."""

from __future__ import annotations

import dataclasses

from services.library.app.owned_track import owned_track
from services.library.app.ports import Ports, Work
from services.library.domain.errors import TrackNotFound
from services.library.domain.facts import TrackChanged
from services.library.domain.file_tags import CoverObject, cover_prefix
from services.library.domain.identifiers import new_cover_id
from services.library.domain.picture import sent_cover
from services.library.domain.track import Track


async def set_cover(ports: Ports, owner_id: str, track_id: str, data: bytes) -> Track:
    """The track, with these bytes of a picture as its cover in place of the one before, which is erased.

    Raises CoverTooLarge, CoverUnreadable or TrackNotFound. The object is stored before its row; one whose row is not
    written is removed again. What a crash leaves has no key, and goes with the track.
    """
    cover = sent_cover(data)
    async with ports.store.transaction() as work:
        if await work.tracks.get(owner_id, track_id) is None:
            raise TrackNotFound
    name = f"{cover_prefix(track_id)}/{new_cover_id()}"
    key = ports.objects.new_key()
    await ports.objects.put(key, name, cover.data)
    # Unless it becomes the track's, the new one is what nobody needs.
    needless = name
    try:
        async with ports.store.transaction() as work:
            track = await owned_track(work, owner_id, track_id)
            place = CoverObject(name, cover.media_type, len(cover.data))
            before = await work.file_tags.choose_cover(owner_id, track_id, place, key)
            track = await _changed(ports, work, track)
        needless = before
    finally:
        if needless:
            await ports.objects.delete(needless)
    return track


async def remove_cover(ports: Ports, owner_id: str, track_id: str) -> Track:
    """The track without a cover, its file's included. Idempotent. Raises TrackNotFound."""
    async with ports.store.transaction() as work:
        track = await owned_track(work, owner_id, track_id)
        before = await work.file_tags.drop_cover(track_id)
        if before:
            track = await _changed(ports, work, track)
    if before:
        await ports.objects.delete(before)
    return track


async def _changed(ports: Ports, work: Work, track: Track) -> Track:
    await work.tracks.save(dataclasses.replace(track, updated_at=ports.clock.now()))
    await work.publish(TrackChanged(track.track_id, track.owner_id))
    changed = await work.tracks.get(track.owner_id, track.track_id)
    if changed is None:
        raise TrackNotFound
    return changed
