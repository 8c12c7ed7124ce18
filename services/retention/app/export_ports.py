"""What exports need of the world."""

from __future__ import annotations

import dataclasses
import datetime
from collections.abc import AsyncGenerator, Callable, Mapping, Sequence
from typing import Protocol

from services.retention.app.ports import Clock
from services.retention.domain.census import KindsInWords
from services.retention.domain.export import Ending, Export, Given, Layout, Part

PATIENCE_S = 60.0
"""How long a holder is waited for with its next piece: less than what a process took is left alone for."""


@dataclasses.dataclass(frozen=True)
class Wanted:
    """Bytes of a file that its holder has, in place of the bytes themselves."""

    part: Part
    start: int
    stop: int


class Exports(Protocol):
    """Where they are. Each call is one unit of work; those of a process that lost an export raise ExportLost."""

    async def begin(self, export: Export) -> Export:
        """Note it, or tell the one that is being prepared. Raises ClosingBegun for somebody who is being erased."""
        ...

    async def of_person(self, user_id: str, limit: int) -> Sequence[Export]:
        """Theirs, newest first."""
        ...

    async def get(self, user_id: str, export_id: str) -> Export | None:
        """One of theirs."""
        ...

    async def claim(self, now: datetime.datetime, until: datetime.datetime) -> Export | None:
        """Take the longest due; it is left alone by others until then."""
        ...

    async def resume(self, export: Export) -> Mapping[str, str]:
        """Drop what was not finished; the last part's name of each holder that has given any."""
        ...

    async def hold(self, export: Export, until: datetime.datetime) -> None:
        """It is still worked at."""
        ...

    async def begin_part(self, export: Export, position: int, holder: str, given: Given) -> int:
        """A part begins, at that position or after the last where it is negative; its position."""
        ...

    async def add_content(self, export: Export, position: int, offset_bytes: int, content: bytes) -> None:
        """A document goes on."""
        ...

    async def end_part(self, export: Export, position: int, size_bytes: int, crc32: int) -> None:
        """The part is whole."""
        ...

    async def parts(self, export: Export, after: int, limit: int) -> Sequence[Part]:
        """Whole parts after a position, in the archive's order."""
        ...

    async def lay_out(self, export: Export, until: Callable[[], datetime.datetime]) -> Layout:
        """Note where every part lies in the archive; while that goes on it is left alone by others until `until`."""
        ...

    async def finish(
        self, export: Export, layout: Layout, now: datetime.datetime, expires_at: datetime.datetime
    ) -> None:
        """Let it be read as it was laid out; it takes the place of those before."""
        ...

    async def fail(self, export: Export, fault: str, now: datetime.datetime) -> Export:
        """Note that it cannot go on, and why; as it stands then."""
        ...

    async def put_off(self, export: Export, due_at: datetime.datetime) -> None:
        """Let it be tried again then; nothing where it was lost."""
        ...

    async def end(self, export: Export, ending: Ending, now: datetime.datetime) -> None:
        """It cannot be completed, or not any more; what was copied for it goes. Nothing where it was lost."""
        ...

    async def oldest(self) -> datetime.datetime | None:
        """When the oldest of those that are being prepared was asked for."""
        ...

    async def expire(self, now: datetime.datetime, limit: int) -> int:
        """Remove what was copied for those whose time is over, some at a time; how many."""
        ...

    async def clear(self, limit: int) -> int:
        """Remove lists of what was in those that are over, some parts at a time; how many."""
        ...

    async def forget(self, over_before: datetime.datetime, limit: int) -> int:
        """Remove those that were over before then, once their lists are cleared, some at a time; how many."""
        ...

    def archive(self, export: Export, start: int, stop: int) -> AsyncGenerator[bytes | Wanted, None]:
        """Bytes [start, stop) of a ready one's archive, but for those of files, which are only told of."""
        ...


class GivingHolder(Protocol):
    """A service that holds something of people."""

    def give(self, user_id: str, after: str) -> AsyncGenerator[Given | bytes, None]:
        """All parts after one, each followed by its content. Raises HolderFailed."""
        ...

    def read(self, user_id: str, part: Given, offset: int) -> AsyncGenerator[bytes, None]:
        """A file from a byte on. Raises HolderFailed and PartGone."""
        ...


@dataclasses.dataclass(frozen=True)
class ExportPorts:
    """Everything that these verbs may need."""

    exports: Exports
    holders: Mapping[str, GivingHolder]
    """By name; one that this installation does not name is waited for."""
    words: KindsInWords
    clock: Clock
    life: datetime.timedelta
    """How long one can be downloaded."""
    patience_s: float = PATIENCE_S
