"""What the purge of what is past its life needs of the world."""

from __future__ import annotations

import dataclasses
import datetime
from collections.abc import Mapping, Sequence
from contextlib import AbstractAsyncContextManager
from typing import Protocol

from services.retention.app.ports import Clock
from services.retention.domain.purge import Answer, Purge


class PurgeWork(Protocol):
    """One unit of work on purges: everything commits together when the block ends, or nothing does."""

    async def plan(self, purges: Sequence[Purge]) -> None:
        """Note those that are not known yet; the others stay as they are."""
        ...

    async def claim(self, now: datetime.datetime, until: datetime.datetime, limit: int) -> Sequence[Purge]:
        """Take the longest due that nobody has taken; they are left alone by others until then."""
        ...

    async def locked(self, holder: str, data_class: str) -> Purge:
        """One that was claimed, which nobody else changes until the work commits."""
        ...

    async def save(self, purge: Purge) -> None:
        """Store the changes of a locked one."""
        ...

    async def all(self) -> Sequence[Purge]:
        """Every one as it was committed last."""
        ...


class Purges(Protocol):
    """Where they are."""

    def transaction(self) -> AbstractAsyncContextManager[PurgeWork]:
        """A unit of work."""
        ...


class PurgingHolder(Protocol):
    """A service that holds something whose life ends."""

    async def purge(self, data_class: str, older_than: datetime.datetime) -> Answer:
        """Remove what ended before then, or go on with it. Idempotent. Raises HolderFailed."""
        ...


@dataclasses.dataclass(frozen=True)
class PurgePorts:
    """Everything that these verbs may need."""

    purges: Purges
    holders: Mapping[str, PurgingHolder]
    """By name; one that this installation does not name is waited for."""
    clock: Clock
