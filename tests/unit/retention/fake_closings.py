"""Closings of accounts in memory, held to the real store's behaviour."""

from __future__ import annotations

import contextlib
import datetime
from collections.abc import AsyncIterator, Sequence

from services.retention.domain.account_closing import Closing
from services.retention.domain.facts import Fact
from tests.unit.retention.fake_accounts import FakeAccountErasures


class FakeClosings(FakeAccountErasures):
    """Closings by person, the digests of their tokens, receipts that are a name, and what was published."""

    def __init__(self) -> None:
        super().__init__()
        self.closings: dict[str, Closing] = {}
        self.hashes: dict[str, bytes] = {}
        self.facts: list[Fact] = []

    @contextlib.asynccontextmanager
    async def transaction(self) -> AsyncIterator[FakeClosings]:
        yield self

    async def add_closing(self, closing: Closing, token_hash: bytes) -> bool:
        if closing.user_id in self.closings:
            return False
        await self.save_closing(closing, token_hash)
        return True

    async def closing(self, user_id: str) -> Closing | None:
        return self.closings.get(user_id)

    async def locked_closing(self, user_id: str) -> Closing | None:
        return self.closings.get(user_id)

    async def closing_by(self, token_hash: bytes) -> Closing | None:
        return next((self.closings[user] for user, one in self.hashes.items() if one == token_hash), None)

    async def due_closings(self, now: datetime.datetime, limit: int) -> Sequence[Closing]:
        due = [each for each in self.closings.values() if each.is_waiting and each.due_at <= now]
        return sorted(due, key=lambda each: each.due_at)[:limit]

    async def save_closing(self, closing: Closing, token_hash: bytes | None = None) -> None:
        self.closings[closing.user_id] = closing
        if token_hash is not None:
            self.hashes[closing.user_id] = token_hash

    async def next_due(self) -> datetime.datetime | None:
        return min((each.due_at for each in self.closings.values() if each.is_waiting), default=None)

    async def forget_withdrawn(self, before: datetime.datetime, limit: int) -> int:
        old = [each for each in self.closings.values() if each.withdrawn_at is not None and each.withdrawn_at < before]
        for each in old[:limit]:
            del self.closings[each.user_id], self.hashes[each.user_id]
        return len(old[:limit])

    async def forget_over(self, before: datetime.datetime, limit: int) -> int:
        over = {each.user_id for each in self.erasures.values() if each.finished_at and each.finished_at < before}
        old = [each for each in self.closings.values() if each.user_id in over and each.begun_at is not None]
        for each in old[:limit]:
            del self.closings[each.user_id], self.hashes[each.user_id]
        return len(old[:limit])

    async def of_account(self, user_id: str) -> bytes | None:
        return user_id.encode() if any(each.user_id == user_id for each in self.signed) else None

    async def publish(self, fact: Fact) -> None:
        self.facts.append(fact)
