"""One page of all the evidence, of uploads and of tracks."""

from __future__ import annotations

import dataclasses
from collections.abc import Sequence

from services.retention.app.list_erasures import PAGE_DEFAULT, PAGE_MAX
from services.retention.app.ports import Place, Ports
from services.retention.domain.receipt import Receipt, name_of


@dataclasses.dataclass(frozen=True)
class ReceiptPage:
    """Receipts, and where the next page begins; None on the last."""

    receipts: Sequence[Receipt]
    next_place: Place | None


async def list_receipts(ports: Ports, owner_id: str, after: Place | None, page_size: int) -> ReceiptPage:
    """A person's receipts of every kind, newest first; a size of 0 means 50, and 200 is the most."""
    limit = min(page_size, PAGE_MAX) if page_size > 0 else PAGE_DEFAULT
    async with ports.store.transaction() as work:
        uploads = await work.page(owner_id, after, limit + 1)
        tracks = await work.track_page(owner_id, after, limit + 1)
    every: list[Receipt] = [*uploads, *tracks]
    found = sorted(every, key=lambda one: (one.erased_at, name_of(one)), reverse=True)
    if len(found) <= limit:
        return ReceiptPage(found, None)
    last = found[limit - 1]
    return ReceiptPage(found[:limit], Place(last.erased_at, name_of(last)))
