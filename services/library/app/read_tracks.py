"""Read, list, rename and tag tracks."""

from __future__ import annotations

import dataclasses
from collections.abc import Sequence

from services.library.app.page_tokens import ordered_token_of, page_token_of, read_ordered_token, read_token
from services.library.app.ports import Ports
from services.library.domain.errors import TitleEmpty, TrackNotFound
from services.library.domain.facts import TrackChanged
from services.library.domain.listing import Order, Wanted, clean_words
from services.library.domain.text import clean_title, search_words
from services.library.domain.track import Track

PAGE_TRACKS = 50
PAGE_TRACKS_MAX = 200


async def get_track(ports: Ports, owner_id: str, track_id: str) -> Track:
    """One of the owner's tracks. Raises TrackNotFound."""
    async with ports.store.transaction() as work:
        track = await work.tracks.get(owner_id, track_id)
    if track is None:
        raise TrackNotFound
    return track


async def list_tracks(
    ports: Ports,
    owner_id: str,
    query: str,
    page_size: int,
    page_token: str,
    *,
    tag: str = "",
    order: Order = Order.NEWEST,
) -> tuple[tuple[Track, ...], str]:
    """A page of tracks, and the token of the next page. Raises PageTokenInvalid."""
    size = min(max(page_size, 0) or PAGE_TRACKS, PAGE_TRACKS_MAX)
    wanted = Wanted(tuple(search_words(query)), clean_title(tag), order)
    if order is not Order.NEWEST:
        return await _ordered(ports, owner_id, wanted, size, page_token)
    async with ports.store.transaction() as work:
        found = await work.tracks.page(owner_id, wanted, read_token(page_token), size + 1)
    tracks = found[:size]
    return tracks, page_token_of(tracks[-1].created_at, tracks[-1].track_id) if len(found) > size else ""


async def _ordered(
    ports: Ports, owner_id: str, wanted: Wanted, size: int, page_token: str
) -> tuple[tuple[Track, ...], str]:
    after = read_ordered_token(wanted.order, page_token)
    async with ports.store.transaction() as work:
        found = await work.tracks.ordered_page(owner_id, wanted, after, size + 1)
    tracks = tuple(track for track, _ in found[:size])
    return tracks, ordered_token_of(wanted.order, found[size - 1][1]) if len(found) > size else ""


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
        if await work.tracks.get(owner_id, track_id) is None:
            raise TrackNotFound
        current = await work.tracks.locked(track_id)
        if current is None or current.deleting_at is not None:
            raise TrackNotFound
        track = dataclasses.replace(current, **changes, updated_at=ports.clock.now())  # type: ignore[arg-type]  # names and kinds are chosen above
        await work.tracks.save(track)
        await work.publish(TrackChanged(track_id, owner_id))
    return track
