"""What the library needs of the world to leave no object behind."""

from __future__ import annotations

import datetime
from typing import Protocol


class NeedlessObjects(Protocol):
    """Notes, within a unit of work, of objects that are to be removed; a name that ends in "/" is all below it."""

    async def note(self, owner_id: str, name: str, due_at: datetime.datetime) -> None:
        """An object is to be removed from that moment on."""
        ...

    async def take_back(self, name: str) -> bool:
        """It is needed after all; false where nothing was noted, or somebody ever set about removing it."""
        ...

    async def claim(self, name: str, now: datetime.datetime, until: datetime.datetime) -> datetime.datetime | None:
        """Since when it is due, and the caller's until then; None where nothing is noted, or another is about it."""
        ...

    async def give_back(self, name: str, at: datetime.datetime) -> None:
        """It was not removed: others may claim it from that moment on. It is not needed for that."""
        ...

    async def finish(self, name: str) -> None:
        """It is gone, whoever removed it."""
        ...

    async def due_of(self, owner_id: str, now: datetime.datetime, limit: int) -> tuple[str, ...]:
        """A person's among those to be removed by then that nobody is about, in the order of `due`."""
        ...

    async def due(self, now: datetime.datetime, limit: int) -> tuple[str, ...]:
        """Those to be removed by then that nobody is about: the longest due first, but those that were tried last."""
        ...
