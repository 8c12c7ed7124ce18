"""Read, rename and tag tracks."""

from __future__ import annotations

import dataclasses
from collections.abc import Sequence

from services.library.app.owned_track import owned_track
from services.library.app.ports import Ports
from services.library.domain.errors import TitleEmpty, TrackNotFound
from services.library.domain.facts import TrackChanged
from services.library.domain.listing import clean_words
from services.library.domain.text import clean_title
from services.library.domain.track import Track

NAMED_TRACKS_MAX = 200


async def get_track(ports: Ports, owner_id: str, track_id: str) -> Track:
    """One of the owner's tracks. Raises TrackNotFound."""
    async with ports.store.transaction() as work:
        track = await work.tracks.get(owner_id, track_id)
    if track is None:
        raise TrackNotFound
    return track


async def get_tracks(ports: Ports, owner_id: str, track_ids: Sequence[str]) -> tuple[Track, ...]:
    """Those of the owner's tracks that are named, newest first; of more than 200 names the first 200 count."""
    async with ports.store.transaction() as work:
        return await work.tracks.named(owner_id, track_ids[:NAMED_TRACKS_MAX])


async def update_track(
    ports: Ports,
    owner_id: str,
    track_id: str,
    title: str | None,
    artist: str | None,
    tags: Sequence[str] | None = None,
) -> Track:
    """Change what is given. Raises TrackNotFound, TitleEmpty or TagsInvalid."""
    changes: dict[str, str | bool | tuple[str, ...]] = {}
    if title is not None:
        if not clean_title(title):
            raise TitleEmpty
        changes |= {"title": clean_title(title), "title_chosen": True}
    if artist is not None:
        changes["artist"] = clean_title(artist)
    if tags is not None:
        changes["tags"] = clean_words(tags)
    async with ports.store.transaction() as work:
        current = await owned_track(work, owner_id, track_id)
        track = dataclasses.replace(current, **changes, updated_at=ports.clock.now())  # type: ignore[arg-type]  # names and kinds are chosen above
        await work.tracks.save(track)
        await work.publish(TrackChanged(track_id, owner_id))
    return track
