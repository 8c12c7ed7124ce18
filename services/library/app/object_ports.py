"""What the library needs of the world to leave no object behind."""

from __future__ import annotations

import datetime
from typing import Protocol


class NeedlessObjects(Protocol):
    """Notes, within a unit of work, of objects that are to be removed; a name that ends in "/" is all below it."""

    async def note(self, owner_id: str, name: str, due_at: datetime.datetime) -> None:
        """An object is to be removed from that moment on."""
        ...

    async def forget(self, name: str) -> bool:
        """It is gone, or needed after all; false when nothing was noted. Waits for whoever is just removing it."""
        ...

    async def due_of(self, owner_id: str, now: datetime.datetime, limit: int) -> tuple[str, ...]:
        """A person's among those to be removed by then."""
        ...

    async def due(self, now: datetime.datetime, limit: int) -> tuple[str, ...]:
        """Those to be removed by then, the longest due first."""
        ...
