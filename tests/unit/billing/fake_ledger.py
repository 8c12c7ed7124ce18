"""An in-memory store of billing; tests/integration/billing holds it to the real one's behaviour."""

from __future__ import annotations

import asyncio
import contextlib
import datetime
from collections.abc import AsyncIterator

from services.billing.domain.facts import Fact
from services.billing.domain.ledger import Entry, EntryKind, JobHistory, Sheet, history_of
from services.billing.domain.month import Month


class FakeStore:
    """Units of work, one after another; one that raises leaves nothing."""

    def __init__(self) -> None:
        self.entries: list[Entry] = []
        self.facts: list[Fact] = []
        self.plans: dict[str, str] = {}
        self._turn = asyncio.Lock()

    @contextlib.asynccontextmanager
    async def transaction(self) -> AsyncIterator[FakeStore]:
        async with self._turn:
            before = list(self.entries), list(self.facts), dict(self.plans)
            try:
                yield self
            except BaseException:
                self.entries, self.facts, self.plans = before
                raise

    async def lock_job(self, job_id: str) -> JobHistory:
        return history_of([entry for entry in self.entries if entry.job_id == job_id])

    async def lock_account(self, owner_id: str) -> str | None:
        return self.plans.get(owner_id)

    async def assigned_plan(self, owner_id: str) -> str | None:
        return self.plans.get(owner_id)

    async def assign_plan(self, owner_id: str, plan_name: str, at: datetime.datetime) -> None:
        self.plans[owner_id] = plan_name

    async def sheet(self, owner_id: str, month: Month) -> Sheet:
        mine = [entry for entry in self.entries if (entry.owner_id, entry.month) == (owner_id, month)]
        granted_s = sum(entry.seconds for entry in mine if entry.kind is EntryKind.GRANT)
        settled_s = sum(entry.seconds for entry in mine if entry.kind is EntryKind.SETTLE)
        held_s = -sum(entry.balance_change_s for entry in mine if entry.kind is not EntryKind.GRANT)
        return Sheet(month, granted_s, settled_s, held_s - settled_s)

    async def append(self, entry: Entry) -> None:
        self.entries.append(entry)

    async def publish(self, fact: Fact) -> None:
        self.facts.append(fact)
