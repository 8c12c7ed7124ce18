"""What signed receipts need of the world."""

from __future__ import annotations

import dataclasses
import datetime
from typing import Protocol

from services.retention.app.ports import Clock


class SignedReceipts(Protocol):
    """The chain, and what leads people to their entries in it. Each call is one unit of work."""

    async def sign_waiting(self, now: datetime.datetime, limit: int) -> int:
        """Sign evidence without a receipt, the oldest first; how many. 0 also where this process must not sign."""
        ...

    async def waiting(self) -> int:
        """How much evidence has no receipt yet."""
        ...

    async def forget_openings(self, signed_before: datetime.datetime) -> int:
        """Let nothing lead any more to receipts of erased people that were signed before then; how many."""
        ...

    async def keys(self) -> bytes | None:
        """The published list of keys; None where there is none."""
        ...

    async def page(self, start: int, limit: int) -> bytes:
        """Entries from one on, as they are published."""
        ...

    async def of_person(self, owner_id: str, sequence: int) -> bytes | None:
        """One receipt of theirs, as they keep it; None where they have none of that number."""
        ...

    async def of_account(self, user_id: str) -> bytes | None:
        """The receipt of an erased person; None before it is signed, and 90 days after that."""
        ...


@dataclasses.dataclass(frozen=True)
class ReceiptPorts:
    """Everything that these verbs may need."""

    receipts: SignedReceipts
    clock: Clock
