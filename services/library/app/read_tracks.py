"""Read and rename tracks."""

from __future__ import annotations

import base64
import binascii
import dataclasses
import datetime

from services.library.app.ports import Place, Ports
from services.library.domain.errors import PageTokenInvalid, TitleEmpty, TrackNotFound
from services.library.domain.facts import TrackChanged
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
    ports: Ports, owner_id: str, query: str, page_size: int, page_token: str
) -> tuple[tuple[Track, ...], str]:
    """A page of tracks, newest first, and the token of the next page. Raises PageTokenInvalid."""
    size = min(max(page_size, 0) or PAGE_TRACKS, PAGE_TRACKS_MAX)
    async with ports.store.transaction() as work:
        found = await work.tracks.page(owner_id, search_words(query), read_token(page_token), size + 1)
    tracks = found[:size]
    return tracks, page_token_of(tracks[-1].created_at, tracks[-1].track_id) if len(found) > size else ""


async def update_track(ports: Ports, owner_id: str, track_id: str, title: str | None, artist: str | None) -> Track:
    """Change what is given. Raises TrackNotFound or TitleEmpty."""
    changes: dict[str, str | bool] = {}
    if title is not None:
        if not clean_title(title):
            raise TitleEmpty
        changes |= {"title": clean_title(title), "title_chosen": True}
    if artist is not None:
        changes["artist"] = clean_title(artist)
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


def page_token_of(created_at: datetime.datetime, row_id: str) -> str:
    """The token of the page after this row."""
    return base64.urlsafe_b64encode(f"{created_at.isoformat()} {row_id}".encode()).decode()


def read_token(token: str) -> Place | None:
    """Where the page begins; None for the first. Raises PageTokenInvalid."""
    if not token:
        return None
    try:
        moment, _, row_id = base64.urlsafe_b64decode(token.encode()).decode().partition(" ")
        created_at = datetime.datetime.fromisoformat(moment)
        # A token is a stranger's word: neither a moment outside the calendar in UTC nor a NUL may reach the database.
        if created_at.tzinfo is None or not row_id or not row_id.isprintable():
            raise PageTokenInvalid
        return Place(created_at.astimezone(datetime.UTC), row_id)
    except (binascii.Error, ValueError, OverflowError) as error:
        raise PageTokenInvalid from error
