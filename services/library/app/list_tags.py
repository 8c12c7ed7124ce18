"""Which tags a listener has, and how often each is used."""

from __future__ import annotations

from services.library.app.ports import Ports
from services.library.domain.listing import TagCount

TAGS_TOLD_MAX = 1000


async def list_tags(ports: Ports, owner_id: str) -> tuple[TagCount, ...]:
    """The owner's tags with the numbers of their tracks, those of the most tracks first."""
    async with ports.store.transaction() as work:
        return await work.tracks.tag_counts(owner_id, TAGS_TOLD_MAX)
