"""An in-memory store of billing; tests/integration/billing holds it to the real one's behaviour."""

from __future__ import annotations

import asyncio
import contextlib
import datetime
from collections.abc import AsyncIterator, Sequence

from services.billing.app.ports import OpenReservation, ReservationPlace
from services.billing.domain.entries import Entry, EntryKind, NumberedEntry
from services.billing.domain.errors import GrantMismatch
from services.billing.domain.facts import Fact
from services.billing.domain.grants import Account, Grant, Renewal, Source
from services.billing.domain.ledger import JobHistory, history_of
from services.billing.domain.month import month_of
from services.billing.domain.sheets import Sheet, in_line

ENDINGS = frozenset({EntryKind.SETTLE, EntryKind.RELEASE})


class FakeStore:
    """Units of work, one after another; one that raises leaves nothing."""

    def __init__(self) -> None:
        self.written: list[Entry] = []
        self.facts: list[Fact] = []
        self.accounts: dict[str, Account] = {}
        self.sums: dict[str, Sheet] = {}
        self.jobs: dict[str, list[Entry]] = {}
        self.open_grants: dict[str, Grant] = {}
        self._turn = asyncio.Lock()

    @contextlib.asynccontextmanager
    async def transaction(self) -> AsyncIterator[FakeStore]:
        async with self._turn:
            before = len(self.written), len(self.facts), dict(self.accounts), dict(self.sums), dict(self.open_grants)
            try:
                yield self
            except BaseException:
                written, facts, self.accounts, self.sums, self.open_grants = before
                for entry in self.written[written:]:
                    if entry.job_id is not None:
                        self.jobs[entry.job_id].remove(entry)
                del self.written[written:], self.facts[facts:]
                raise

    async def lock_job(self, job_id: str) -> JobHistory:
        return history_of(self.jobs.get(job_id, []))

    async def lock_account(self, owner_id: str) -> Account:
        return self.accounts.setdefault(owner_id, Account())

    async def lock_books(self, owner_id: str) -> None:
        pass

    async def account(self, owner_id: str) -> Account:
        return self.accounts.get(owner_id, Account())

    async def assign_plan(self, owner_id: str, plan_name: str, renewal: Renewal, at: datetime.datetime) -> None:
        self.accounts[owner_id] = Account(plan_name, renewal)

    async def sheets(self, owner_id: str, at: datetime.datetime) -> Sequence[Sheet]:
        return [
            sheet for sheet in self.sums.values() if sheet.grant.owner_id == owner_id and not sheet.grant.is_over(at)
        ]

    async def sheet(self, grant_id: str) -> Sheet | None:
        return self.sums.get(grant_id)

    async def line(self, origin_id: str) -> Sequence[Sheet]:
        return in_line([sheet for sheet in self.sums.values() if sheet.grant.origin_id == origin_id])

    async def successor(self, grant_id: str) -> str | None:
        return next((each for each, sheet in self.sums.items() if sheet.grant.replaces_id == grant_id), None)

    async def settled_s(self, owner_id: str, since: datetime.datetime) -> int:
        settled_s = 0
        for entries in self.jobs.values():
            of_kind = {entry.kind: entry for entry in entries}
            reserve, settle = of_kind.get(EntryKind.RESERVE), of_kind.get(EntryKind.SETTLE)
            if reserve and settle and reserve.owner_id == owner_id and reserve.at >= since:
                settled_s += settle.seconds
        return settled_s

    def _open(self) -> list[Entry]:
        unended = [entries for entries in self.jobs.values() if not ENDINGS & {entry.kind for entry in entries}]
        return [entry for entries in unended for entry in entries]

    async def reserved_s(self, owner_id: str) -> int:
        return sum(entry.seconds for entry in self._open() if entry.owner_id == owner_id)

    async def entries(self, owner_id: str, before: int | None, limit: int) -> Sequence[NumberedEntry]:
        mine = [NumberedEntry(number, entry) for number, entry in enumerate(self.written) if entry.owner_id == owner_id]
        return [each for each in reversed(mine) if before is None or each.number < before][:limit]

    async def open_reservations(
        self, reserved_before: datetime.datetime, after: ReservationPlace | None, limit: int
    ) -> Sequence[OpenReservation]:
        place = (after.reserved_at, after.job_id) if after else None
        found = [
            OpenReservation(entry.at, str(entry.job_id), str(entry.owner_id), entry.seconds)
            for entry in self._open()
            if entry.at < reserved_before and (place is None or (entry.at, str(entry.job_id)) > place)
        ]
        return sorted(found)[:limit]

    async def ended_grants(self, at: datetime.datetime, limit: int) -> Sequence[Grant]:
        ended = [grant for grant in self.open_grants.values() if grant.is_over(at)]
        return sorted(ended, key=lambda grant: (grant.expires_at, grant.grant_id))[:limit]

    async def mark_written_off(self, grant_id: str) -> None:
        self.open_grants.pop(grant_id, None)

    async def add_grant(self, grant: Grant) -> None:
        if grant.grant_id not in self.sums:
            self.sums[grant.grant_id] = Sheet(grant)
            self.open_grants[grant.grant_id] = grant
        elif grant.source is not Source.PLAN_MONTH:
            raise GrantMismatch

    async def append(self, entry: Entry) -> None:
        assert sum(posting.left_change_s for posting in entry.postings) == entry.balance_change_s
        for posting in entry.postings:
            sheet = self.sums[posting.grant_id].posted(entry.kind, posting)
            assert sheet.grant.owner_id == entry.owner_id
            assert min(sheet.left_s, sheet.held_s) >= 0, "below zero"
            self.sums[posting.grant_id] = sheet
        if entry.job_id is not None:
            told = self.jobs.setdefault(entry.job_id, [])
            assert entry.kind not in {each.kind for each in told}, "twice"
            told.append(entry)
        self.written.append(entry)

    async def publish(self, fact: Fact) -> None:
        self.facts.append(fact)

    def of_month(self, owner_id: str, at: datetime.date) -> Sheet:
        """The month's grant, summed."""
        return self.sums[f"plan_month:{owner_id}:{month_of(at)}"]
