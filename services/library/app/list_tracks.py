"""List tracks, page by page or from any place on."""

from __future__ import annotations

from services.library.app.page_tokens import ordered_token_of, page_token_of, read_ordered_token, read_token
from services.library.app.ports import Ports
from services.library.domain.listing import Listed, Order, Wanted
from services.library.domain.text import clean_title, search_words

PAGE_TRACKS = 50
PAGE_TRACKS_MAX = 200
OFFSET_MAX = 1_000_000


async def list_tracks(
    ports: Ports,
    owner_id: str,
    query: str,
    page_size: int,
    page_token: str,
    *,
    tag: str = "",
    order: Order = Order.NEWEST,
    offset: int = 0,
) -> Listed:
    """A page of tracks, `offset` tracks behind the token's place or the first. Raises PageTokenInvalid."""
    size = min(max(page_size, 0) or PAGE_TRACKS, PAGE_TRACKS_MAX)
    skipped = min(max(offset, 0), OFFSET_MAX)
    wanted = Wanted(tuple(search_words(query)), clean_title(tag), order)
    if order is not Order.NEWEST:
        return await _ordered(ports, owner_id, wanted, size, page_token, skipped)
    after = read_token(page_token)
    async with ports.store.transaction() as work:
        found = await work.tracks.page(owner_id, wanted, after, size + 1, skipped)
        total = await work.tracks.count(owner_id, wanted)
    tracks = found[:size]
    token = page_token_of(tracks[-1].created_at, tracks[-1].track_id) if len(found) > size else ""
    return Listed(tracks, token, total)


async def _ordered(ports: Ports, owner_id: str, wanted: Wanted, size: int, page_token: str, skipped: int) -> Listed:
    after = read_ordered_token(wanted.order, page_token)
    async with ports.store.transaction() as work:
        found = await work.tracks.ordered_page(owner_id, wanted, after, size + 1, skipped)
        total = await work.tracks.count(owner_id, wanted)
    token = ordered_token_of(wanted.order, found[size - 1][1]) if len(found) > size else ""
    return Listed(tuple(track for track, _ in found[:size]), token, total)
