"""What the erasure of a person needs of payments."""

from __future__ import annotations

import dataclasses
import datetime
from collections.abc import Mapping, Sequence
from typing import Protocol

from services.billing.domain.payments import Invoice


@dataclasses.dataclass(frozen=True)
class Ended:
    """What was ended at the provider; nothing of a customer that was removed before."""

    pages: int = 0
    """Open pages on which to pay."""
    subscriptions: int = 0
    customers: int = 0


class People(Protocol):
    """Where the records of people are, so far as their erasure goes. Each call is one transaction."""

    async def close(self, owner_id: str) -> None:
        """From now on nothing new is written of them."""
        ...

    async def is_erased(self, owner_id: str) -> bool:
        """Whether their erasure has begun."""
        ...

    async def note_erased(self, owner_id: str, counts: Mapping[str, int]) -> None:
        """Add to what was erased of them."""
        ...

    async def open_jobs(self, owner_id: str) -> Sequence[str]:
        """Jobs of theirs for which seconds are set aside."""
        ...

    async def empty(self, owner_id: str, at: datetime.datetime) -> tuple[bool, Mapping[str, int]]:
        """Remove all but payment records; whether that is all, and what was erased in all.

        False while a job still holds seconds, and nothing is removed.
        """
        ...

    async def keep_invoices(self, look: int, owner_id: str, invoices: Sequence[Invoice]) -> None:
        """Keep what became of an erased person's invoices: no payment record is lost before its life ends."""
        ...
