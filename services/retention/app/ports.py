"""What retention needs of the world."""

from __future__ import annotations

import dataclasses
import datetime
from collections.abc import AsyncIterator, Sequence
from contextlib import AbstractAsyncContextManager
from typing import Protocol

from services.retention.domain.erasure import Duty, Erasure, HeldUpload
from services.retention.domain.facts import Fact
from services.retention.domain.receipt import TrackErasure


@dataclasses.dataclass(frozen=True)
class Place:
    """Where a page goes on: after the receipt with this time and name, an upload's or a track's."""

    erased_at: datetime.datetime
    name: str


class Work(Protocol):
    """One unit of work on duties and evidence: everything commits together when the block ends, or nothing does."""

    async def expect(self, duty: Duty) -> None:
        """Note a duty, unless one is noted or the upload is erased."""
        ...

    async def finish(self, upload_id: str, now: datetime.datetime) -> bool:
        """Make a duty due now; false when neither a duty nor an erasure of this upload is known."""
        ...

    async def hasten(self, duties: Sequence[Duty]) -> None:
        """Note duties; those noted already become due no later than given. For uploads known to be held."""
        ...

    async def claim(self, now: datetime.datetime, until: datetime.datetime, limit: int) -> Sequence[Duty]:
        """Take the longest due duties that nobody has taken; they are left alone by others until then."""
        ...

    async def postpone(self, upload_id: str, until: datetime.datetime) -> None:
        """Give a taken duty back, to be taken again from then on."""
        ...

    async def conclude(self, erasure: Erasure) -> bool:
        """Note the evidence and drop the duty; false when it was noted before, or nothing more was removed since."""
        ...

    async def oldest_upload(self) -> datetime.datetime | None:
        """When the oldest upload that is still to be erased was uploaded."""
        ...

    async def page(self, owner_id: str, after: Place | None, limit: int) -> Sequence[Erasure]:
        """A person's erasures, newest first."""
        ...

    async def note_track(self, erasure: TrackErasure) -> bool:
        """Note the evidence of a track; false when it is noted, or its owner's account is erased or about to be."""
        ...

    async def track_page(self, owner_id: str, after: Place | None, limit: int) -> Sequence[TrackErasure]:
        """The evidence of a person's tracks, newest first."""
        ...

    async def publish(self, fact: Fact) -> None:
        """Publish once the work has committed."""
        ...


class Store(Protocol):
    """Where duties and evidence are."""

    def transaction(self) -> AbstractAsyncContextManager[Work]:
        """A unit of work."""
        ...


class Library(Protocol):
    """The holder of uploads."""

    def held(self, created_before: datetime.datetime) -> AsyncIterator[Sequence[HeldUpload]]:
        """Pages of uploads that nothing needs any more, or that are older than that. Raises LibraryAway."""
        ...

    async def erase(self, upload_id: str) -> int:
        """Erase an upload; the number of objects removed by this call. Raises LibraryAway, ErasureFailed."""
        ...


class Clock(Protocol):
    """Tells the time in UTC."""

    def now(self) -> datetime.datetime:
        """The present moment."""
        ...


@dataclasses.dataclass(frozen=True)
class Ports:
    """Everything that a verb of retention may need."""

    store: Store
    library: Library
    clock: Clock
    upload_life: datetime.timedelta
