"""Purges in memory, held to the real store's behaviour, and holders that fail on wish."""

from __future__ import annotations

import contextlib
import dataclasses
import datetime
from collections.abc import AsyncIterator, Sequence

from services.retention.domain.errors import HolderFailed
from services.retention.domain.purge import Answer, Purge
from tests.unit.retention.fake_accounts import Crash


class FakePurges:
    """Purges in a dictionary."""

    def __init__(self) -> None:
        self.purges: dict[tuple[str, str], Purge] = {}

    @contextlib.asynccontextmanager
    async def transaction(self) -> AsyncIterator[FakePurges]:
        yield self

    async def plan(self, purges: Sequence[Purge]) -> None:
        for purge in purges:
            self.purges.setdefault((purge.holder, purge.data_class), purge)

    async def claim(self, now: datetime.datetime, until: datetime.datetime, limit: int) -> Sequence[Purge]:
        due = [each for each in self.purges.values() if each.due_at <= now]
        taken = sorted(due, key=lambda each: (each.due_at, each.holder, each.data_class))[:limit]
        claimed = [dataclasses.replace(each, due_at=until) for each in taken]
        for each in claimed:
            await self.save(each)
        return claimed

    async def locked(self, holder: str, data_class: str) -> Purge:
        return self.purges[holder, data_class]

    async def save(self, purge: Purge) -> None:
        self.purges[purge.holder, purge.data_class] = purge

    async def all(self) -> Sequence[Purge]:
        return [self.purges[key] for key in sorted(self.purges)]


@dataclasses.dataclass
class FakePurgingHolder:
    """Holds so many things that are past their life, and removes so many of them for each call."""

    things: int = 0
    a_call: int = 10
    is_away: bool = False
    is_busy: bool = False
    """Another process removes what is left."""
    crashes: int = 0
    """So many of its answers are never heard: the process that asked dies first."""
    asked: list[tuple[str, datetime.datetime]] = dataclasses.field(default_factory=list)

    async def purge(self, data_class: str, older_than: datetime.datetime) -> Answer:
        self.asked.append((data_class, older_than))
        if self.is_away:
            raise HolderFailed("UNREACHABLE")
        if self.is_busy:
            return Answer(False, {})
        removed = min(self.things, self.a_call) if data_class == "payment" else 0
        self.things -= removed
        if self.crashes:
            self.crashes -= 1
            raise Crash
        is_finished = data_class != "payment" or not self.things
        return Answer(is_finished, {"things": removed} if removed else {}, ("sessions",))
