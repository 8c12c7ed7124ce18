"""What billing needs of the world."""

from __future__ import annotations

import dataclasses
import datetime
from contextlib import AbstractAsyncContextManager
from typing import Protocol

from services.billing.domain.facts import Fact
from services.billing.domain.ledger import Entry, JobHistory, Sheet
from services.billing.domain.month import Month
from services.billing.domain.plans import Catalogue


class Work(Protocol):
    """One unit of work on accounts and the ledger: everything commits together when the block ends, or nothing does."""

    async def lock_job(self, job_id: str) -> JobHistory:
        """A job's history, which nobody else changes until the work commits. Locked before its account, never after."""
        ...

    async def lock_account(self, owner_id: str) -> str | None:
        """Name of the plan that a person was put on; nobody else reserves for them until the work commits."""
        ...

    async def assigned_plan(self, owner_id: str) -> str | None:
        """The same without keeping anyone away, for reading."""
        ...

    async def assign_plan(self, owner_id: str, plan_name: str, at: datetime.datetime) -> None:
        """Put a person, whose account is locked, on a plan."""
        ...

    async def sheet(self, owner_id: str, month: Month) -> Sheet:
        """A person's month, summed from its entries."""
        ...

    async def append(self, entry: Entry) -> None:
        """Add an entry to the ledger."""
        ...

    async def publish(self, fact: Fact) -> None:
        """Publish once the work has committed."""
        ...


class Store(Protocol):
    """Where accounts and the ledger are."""

    def transaction(self) -> AbstractAsyncContextManager[Work]:
        """A unit of work."""
        ...


class Clock(Protocol):
    """Tells the time in UTC."""

    def now(self) -> datetime.datetime:
        """The present moment."""
        ...


@dataclasses.dataclass(frozen=True)
class Ports:
    """Everything that a verb of billing may need."""

    store: Store
    clock: Clock
    plans: Catalogue
