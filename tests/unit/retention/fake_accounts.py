"""Erasures of people in memory, held to the real store's behaviour, and holders that fail on wish."""

from __future__ import annotations

import contextlib
import dataclasses
import datetime
from collections.abc import AsyncIterator, Sequence

from services.retention.domain.account_erasure import AccountErasure, Answer
from services.retention.domain.errors import HolderFailed


class FakeAccountErasures:
    """Erasures in a dictionary, when each is due, and the evidence of single uploads by owner."""

    def __init__(self) -> None:
        self.erasures: dict[str, AccountErasure] = {}
        self.due_at: dict[str, datetime.datetime] = {}
        self.evidence: dict[str, int] = {}
        self.signed: list[AccountErasure] = []

    @contextlib.asynccontextmanager
    async def transaction(self) -> AsyncIterator[FakeAccountErasures]:
        yield self

    async def add(self, erasure: AccountErasure) -> bool:
        if erasure.user_id in self.erasures or erasure.due_at is None:
            return False
        await self.save(erasure, erasure.due_at)
        return True

    async def claim(self, now: datetime.datetime, until: datetime.datetime, limit: int) -> Sequence[AccountErasure]:
        due = [each for each in self.erasures.values() if each.finished_at is None and self.due_at[each.user_id] <= now]
        taken = sorted(due, key=lambda each: self.due_at[each.user_id])[:limit]
        for each in taken:
            self.due_at[each.user_id] = until
        return taken

    async def get(self, user_id: str) -> AccountErasure | None:
        return self.erasures.get(user_id)

    async def locked(self, user_id: str) -> AccountErasure | None:
        return self.erasures.get(user_id)

    async def save(self, erasure: AccountErasure, due_at: datetime.datetime) -> None:
        self.erasures[erasure.user_id], self.due_at[erasure.user_id] = erasure, due_at

    async def forget_evidence(self, owner_id: str) -> int:
        return self.evidence.pop(owner_id, 0)

    async def sign(self, erasure: AccountErasure) -> None:
        self.signed.append(erasure)

    async def oldest(self) -> datetime.datetime | None:
        return min((each.requested_at for each in self.erasures.values() if each.finished_at is None), default=None)


class Crash(BaseException):
    """The process died here."""


@dataclasses.dataclass
class FakeHolder:
    """Erases in so many calls; its answer is the same from then on."""

    calls_needed: int = 1
    is_away: bool = False
    crashes: int = 0
    """So many of its answers are never heard: the process that asked dies first."""
    asked: list[str] = dataclasses.field(default_factory=list)
    _left: dict[str, int] = dataclasses.field(default_factory=dict)

    async def erase(self, user_id: str) -> Answer:
        self.asked.append(user_id)
        if self.is_away:
            raise HolderFailed("UNREACHABLE")
        left = self._left[user_id] = max(0, self._left.get(user_id, self.calls_needed) - 1)
        if self.crashes:
            self.crashes -= 1
            raise Crash
        return Answer(left == 0, {"things": self.calls_needed - left})
