"""What billing needs of the world."""

from __future__ import annotations

import dataclasses
import datetime
from collections.abc import Sequence
from contextlib import AbstractAsyncContextManager
from typing import Protocol

from services.billing.domain.entries import Entry, NumberedEntry
from services.billing.domain.facts import Fact
from services.billing.domain.grants import Account, Grant, Renewal
from services.billing.domain.ledger import JobHistory
from services.billing.domain.plans import Catalogue
from services.billing.domain.sheets import Sheet


@dataclasses.dataclass(frozen=True, order=True)
class OpenReservation:
    """Seconds set aside for a job that has not ended."""

    reserved_at: datetime.datetime
    job_id: str
    owner_id: str
    reserved_s: int


@dataclasses.dataclass(frozen=True)
class ReservationPlace:
    """Where a page of open reservations begins: after this one."""

    reserved_at: datetime.datetime
    job_id: str


class Work(Protocol):
    """One unit of work on accounts and the ledger: everything commits together when the block ends, or nothing does.

    Whoever appends an entry of a person has locked their account, and the job before it where there is one.
    """

    async def lock_job(self, job_id: str) -> JobHistory:
        """A job's history, which nobody else changes until the work commits. Locked before its account, never after."""
        ...

    async def lock_account(self, owner_id: str) -> Account:
        """A person's account, whose ledger nobody else writes until the work commits; made where there is none.

        Raises AccountNotFound once their erasure has begun.
        """
        ...

    async def lock_books(self, owner_id: str) -> None:
        """The same lock, for what ends: of somebody whose erasure has begun, too."""
        ...

    async def account(self, owner_id: str) -> Account:
        """The same without keeping anyone away, for reading."""
        ...

    async def assign_plan(self, owner_id: str, plan_name: str, renewal: Renewal, at: datetime.datetime) -> None:
        """Put a person, whose account is locked, on a plan."""
        ...

    async def sheets(self, owner_id: str, at: datetime.datetime) -> Sequence[Sheet]:
        """A person's grants that have not ended by then, summed."""
        ...

    async def sheet(self, grant_id: str) -> Sheet | None:
        """One grant, summed."""
        ...

    async def line(self, origin_id: str) -> Sequence[Sheet]:
        """The grants that replaced each other from this one on, summed, the first one first."""
        ...

    async def successor(self, grant_id: str) -> str | None:
        """The grant that replaced this one."""
        ...

    async def settled_s(self, owner_id: str, since: datetime.datetime) -> int:
        """Seconds charged for a person's jobs that reserved since then."""
        ...

    async def reserved_s(self, owner_id: str) -> int:
        """Seconds that a person's unfinished jobs hold."""
        ...

    async def entries(self, owner_id: str, before: int | None, limit: int) -> Sequence[NumberedEntry]:
        """A person's entries, newest first."""
        ...

    async def open_reservations(
        self, reserved_before: datetime.datetime, after: ReservationPlace | None, limit: int
    ) -> Sequence[OpenReservation]:
        """Reservations of unfinished jobs, the oldest first."""
        ...

    async def ended_grants(self, at: datetime.datetime, limit: int) -> Sequence[Grant]:
        """Grants that have ended and were not marked as written off."""
        ...

    async def mark_written_off(self, grant_id: str) -> None:
        """`ended_grants` tells this one no longer."""
        ...

    async def add_grant(self, grant: Grant) -> None:
        """Add a grant; its seconds come by entries. A month's may be there already.

        Raises GrantMismatch where another person's work added one of the same name meanwhile.
        """
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
