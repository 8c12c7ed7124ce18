"""One page of the evidence."""

from __future__ import annotations

import dataclasses
from collections.abc import Sequence

from services.retention.app.ports import Place, Ports
from services.retention.domain.erasure import Erasure

PAGE_DEFAULT = 50
PAGE_MAX = 200


@dataclasses.dataclass(frozen=True)
class Page:
    """Erasures, and where the next page begins; None on the last."""

    erasures: Sequence[Erasure]
    next_place: Place | None


async def list_erasures(ports: Ports, owner_id: str, after: Place | None, page_size: int) -> Page:
    """A person's erasures, newest first; a size of 0 means 50, and 200 is the most."""
    limit = min(page_size, PAGE_MAX) if page_size > 0 else PAGE_DEFAULT
    async with ports.store.transaction() as work:
        found = await work.page(owner_id, after, limit + 1)
    if len(found) <= limit:
        return Page(found, None)
    last = found[limit - 1]
    return Page(found[:limit], Place(last.erased_at, last.upload_id))
