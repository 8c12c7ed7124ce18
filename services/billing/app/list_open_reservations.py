"""Reservations whose job has not ended, for comparing the books with separation's jobs."""

from __future__ import annotations

import dataclasses
import datetime
from collections.abc import Sequence

from services.billing.app.ports import OpenReservation, Ports, ReservationPlace

PAGE_DEFAULT = 100
PAGE_MAX = 500


@dataclasses.dataclass(frozen=True)
class ReservationPage:
    """Reservations, and where the next page begins; None on the last."""

    reservations: Sequence[OpenReservation]
    next_place: ReservationPlace | None


async def list_open_reservations(
    ports: Ports, older_than: datetime.timedelta, after: ReservationPlace | None, page_size: int
) -> ReservationPage:
    """Those that are older than this, the oldest first; a size of 0 means 100, and 500 is the most."""
    limit = min(page_size, PAGE_MAX) if page_size > 0 else PAGE_DEFAULT
    async with ports.store.transaction() as work:
        found = await work.open_reservations(ports.clock.now() - older_than, after, limit + 1)
    if len(found) <= limit:
        return ReservationPage(found, None)
    last = found[limit - 1]
    return ReservationPage(found[:limit], ReservationPlace(last.reserved_at, last.job_id))
