"""What the erasure of people needs of the world."""

from __future__ import annotations

import dataclasses
import datetime
from collections.abc import Mapping, Sequence
from contextlib import AbstractAsyncContextManager
from typing import Protocol

from services.retention.app.ports import Clock
from services.retention.domain.account_erasure import AccountErasure, Answer


class AccountWork(Protocol):
    """One unit of work on erasures of people: everything commits together when the block ends, or nothing does."""

    async def add(self, erasure: AccountErasure) -> bool:
        """Note a new one; false when the person has one, finished or not, which stays as it is."""
        ...

    async def claim(self, now: datetime.datetime, until: datetime.datetime, limit: int) -> Sequence[AccountErasure]:
        """Take the longest due that nobody has taken; they are left alone by others until then."""
        ...

    async def get(self, user_id: str) -> AccountErasure | None:
        """A person's as it was committed last; whoever looks waits for nobody."""
        ...

    async def locked(self, user_id: str) -> AccountErasure | None:
        """A person's, which nobody else changes until the work commits."""
        ...

    async def save(self, erasure: AccountErasure, due_at: datetime.datetime) -> None:
        """Store the changes of a locked one, which may be taken again from that moment on."""
        ...

    async def forget_evidence(self, owner_id: str) -> int:
        """Remove what retention itself holds of a person: evidence and duties of single uploads; how many."""
        ...

    async def sign(self, erasure: AccountErasure) -> None:
        """Append the receipt of one that is over, in the work that saves it; or leave it for whoever may sign."""
        ...

    async def oldest(self) -> datetime.datetime | None:
        """When the oldest of those that are not finished was requested."""
        ...


class AccountErasures(Protocol):
    """Where they are."""

    def transaction(self) -> AbstractAsyncContextManager[AccountWork]:
        """A unit of work."""
        ...


class Holder(Protocol):
    """A service that holds something of people."""

    async def erase(self, user_id: str) -> Answer:
        """Erase a person, or go on with it. Idempotent. Raises HolderFailed."""
        ...


@dataclasses.dataclass(frozen=True)
class AccountPorts:
    """Everything that these verbs may need."""

    erasures: AccountErasures
    holders: Mapping[str, Holder]
    """By name; one that this installation does not name is waited for."""
    clock: Clock
