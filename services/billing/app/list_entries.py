"""One page of a person's ledger."""

from __future__ import annotations

import dataclasses
from collections.abc import Sequence

from services.billing.app.ports import Ports
from services.billing.domain.entries import NumberedEntry

PAGE_DEFAULT = 50
PAGE_MAX = 200


@dataclasses.dataclass(frozen=True)
class EntryPage:
    """Entries, and the number before which the next page begins; None on the last."""

    entries: Sequence[NumberedEntry]
    next_before: int | None


async def list_entries(ports: Ports, owner_id: str, before: int | None, page_size: int) -> EntryPage:
    """A person's entries, newest first; a size of 0 means 50, and 200 is the most."""
    limit = min(page_size, PAGE_MAX) if page_size > 0 else PAGE_DEFAULT
    async with ports.store.transaction() as work:
        found = await work.entries(owner_id, before, limit + 1)
    return EntryPage(found[:limit], found[limit - 1].number if len(found) > limit else None)
