"""What the checks of promises need of the world."""

from __future__ import annotations

import dataclasses
import datetime
from collections.abc import Callable, Collection, Mapping, Sequence
from contextlib import AbstractAsyncContextManager
from typing import Protocol

from services.retention.app.ports import Clock
from services.retention.domain.checks import CHECKS, Check
from services.retention.domain.finding import Before, Figures, Finding, Known


class CheckWork(Protocol):
    """One unit of work on findings: everything commits together when the block ends, or nothing does."""

    async def enrol(self, names: Collection[str], now: datetime.datetime) -> None:
        """Have these run from now on; those enrolled before stay as they are."""
        ...

    async def claim(
        self, names: Collection[str], now: datetime.datetime, until: datetime.datetime, limit: int
    ) -> Sequence[str]:
        """Take the longest due of these that nobody has taken; they are left alone by others until then."""
        ...

    async def hasten(self, names: Collection[str], now: datetime.datetime) -> None:
        """Have these run now, whenever they were due."""
        ...

    async def keep(self, finding: Finding, due_at: datetime.datetime, claimed: datetime.datetime) -> Before:
        """Keep what a run found, unless a later one is kept; what was known until then.

        The check is due again from then on, where it is still as it was taken on, until `claimed`: who has it run
        meanwhile wants another look.
        """
        ...

    async def known(self) -> Mapping[str, Known]:
        """The last finding of each check that was run."""
        ...

    async def forget(self, seen_before: datetime.datetime, limit: int) -> int:
        """Remove old findings from the history; how many."""
        ...


class CheckStore(Protocol):
    """Where findings are."""

    def transaction(self) -> AbstractAsyncContextManager[CheckWork]:
        """A unit of work."""
        ...


class Examiner(Protocol):
    """Who can count what a promise is about: a service, or retention itself."""

    async def examine(self, check: str) -> Figures:
        """What there is. Raises ExaminationFailed."""
        ...


@dataclasses.dataclass(frozen=True)
class CheckPorts:
    """Everything that these verbs may need."""

    store: CheckStore
    examiners: Mapping[str, Examiner]
    """By name; what an installation does not name is asked by none."""
    clock: Clock
    listed_parties: Callable[[datetime.date], Collection[str]]
    """Labels of the third parties that the policy lists which is in force on that day."""
    checks: Mapping[str, Check] = dataclasses.field(default_factory=lambda: CHECKS)
    deadline_s: float = 30.0
    """Longest time of one run."""
