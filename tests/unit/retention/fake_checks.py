"""Checks in memory, and services that count what they are told to."""

from __future__ import annotations

import asyncio
import contextlib
import datetime
from collections.abc import AsyncIterator, Collection, Mapping, Sequence

from services.retention.domain.errors import ExaminationFailed
from services.retention.domain.finding import Before, Figures, Finding, Known, State, is_news, said


class FakeCheckStore:
    """Keeps what PostgreSQL would, but for claims of several processes at once."""

    def __init__(self) -> None:
        self.due: dict[str, datetime.datetime] = {}
        self.last: dict[str, Known] = {}
        self.told: dict[str, str] = {}
        self.history: list[Finding] = []

    @contextlib.asynccontextmanager
    async def transaction(self) -> AsyncIterator[FakeCheckStore]:
        yield self

    async def enrol(self, names: Collection[str], now: datetime.datetime) -> None:
        for name in names:
            self.due.setdefault(name, now)

    async def claim(
        self, names: Collection[str], now: datetime.datetime, until: datetime.datetime, limit: int
    ) -> Sequence[str]:
        due = sorted((at, name) for name, at in self.due.items() if name in names and at <= now)
        taken = [name for _, name in due[:limit]]
        self.due.update(dict.fromkeys(taken, until))
        return taken

    async def hasten(self, names: Collection[str], now: datetime.datetime) -> None:
        self.due.update({name: min(self.due[name], now) for name in names if name in self.due})

    async def keep(self, finding: Finding, due_at: datetime.datetime, claimed: datetime.datetime) -> Before:
        before = self.last.get(finding.check)
        told = Before(before, self.told.get(finding.check, State.KEPT.value))
        if before is not None and before.finding.seen_at > finding.seen_at:
            return told
        if is_news(told, finding):
            self.told[finding.check] = said(finding)
        kept_at = finding.seen_at if finding.state is State.KEPT else (before.kept_at if before else None)
        self.last[finding.check] = Known(finding, kept_at)
        if self.due[finding.check] == claimed:
            self.due[finding.check] = due_at
        hour_ago = finding.seen_at - datetime.timedelta(hours=1)
        has_lately = any(each.check == finding.check and each.seen_at > hour_ago for each in self.history)
        if before is None or _said(before.finding) != _said(finding) or not has_lately:
            self.history.append(finding)
        return told

    async def known(self) -> Mapping[str, Known]:
        return dict(self.last)

    async def forget(self, seen_before: datetime.datetime, limit: int) -> int:
        old = [finding for finding in self.history if finding.seen_at < seen_before][:limit]
        self.history = [finding for finding in self.history if finding not in old]
        return len(old)


def _said(finding: Finding) -> tuple[object, ...]:
    return finding.state, finding.reason, finding.service, dict(finding.figures)


class FakeExaminer:
    """Counts what it is told to, says that it cannot, or never answers."""

    def __init__(self, figures: Figures | None = None) -> None:
        self.figures: Figures = figures or {}
        self.fault: Exception | None = None
        self.is_hanging = False
        self.asked: list[str] = []
        self.reached = asyncio.Event()

    async def examine(self, check: str) -> Figures:
        self.asked.append(check)
        self.reached.set()
        if self.is_hanging:
            await asyncio.Event().wait()
        if self.fault is not None:
            raise self.fault
        return self.figures


def away(reason: str = "NO_ANSWER") -> ExaminationFailed:
    return ExaminationFailed("", reason)
