"""What the closing of accounts needs of the world."""

from __future__ import annotations

import dataclasses
import datetime
from collections.abc import Sequence
from contextlib import AbstractAsyncContextManager
from typing import Protocol

from services.retention.app.account_ports import AccountWork
from services.retention.app.ports import Clock
from services.retention.domain.account_closing import Closing
from services.retention.domain.facts import Fact


class ClosingWork(AccountWork, Protocol):
    """One unit of work on closings, and on the erasures that they begin."""

    async def add_closing(self, closing: Closing, token_hash: bytes) -> bool:
        """Note a person's first; false where they have one, ended or not, which stays as it is."""
        ...

    async def closing(self, user_id: str) -> Closing | None:
        """A person's as it was committed last."""
        ...

    async def locked_closing(self, user_id: str) -> Closing | None:
        """A person's, which nobody else changes until the work commits."""
        ...

    async def closing_by(self, token_hash: bytes) -> Closing | None:
        """The one that is followed by a token."""
        ...

    async def due_closings(self, now: datetime.datetime, limit: int) -> Sequence[Closing]:
        """The longest due that wait, and nobody else holds; locked until the work commits."""
        ...

    async def save_closing(self, closing: Closing, token_hash: bytes | None = None) -> None:
        """Store the changes of a locked one; with a digest, it is followed by that token from now on."""
        ...

    async def next_due(self) -> datetime.datetime | None:
        """When the first of those that wait is due."""
        ...

    async def forget_withdrawn(self, before: datetime.datetime, limit: int) -> int:
        """Remove at most so many that were taken back before then; the number removed."""
        ...

    async def forget_over(self, before: datetime.datetime, limit: int) -> int:
        """Remove at most so many whose erasure was over before then; the number removed."""
        ...

    async def publish(self, fact: Fact) -> None:
        """Publish once the work has committed."""
        ...


class Closings(Protocol):
    """Where they are."""

    def transaction(self) -> AbstractAsyncContextManager[ClosingWork]:
        """A unit of work."""
        ...


class AccountReceipts(Protocol):
    """Signed receipts of erased people."""

    async def of_account(self, user_id: str) -> bytes | None:
        """As they keep it; None before it is signed, and 90 days after that."""
        ...


@dataclasses.dataclass(frozen=True)
class ClosingPorts:
    """Everything that these verbs may need."""

    closings: Closings
    receipts: AccountReceipts
    clock: Clock
    window: datetime.timedelta
    """How long one can be taken back that is not to be at once."""
