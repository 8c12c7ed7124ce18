"""What giving a person their sounds and pictures needs of the world."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Protocol


class TracksToGive(Protocol):
    """Tracks of a person in the order of their identifiers, which stays, within a unit of work."""

    async def with_cover(self, owner_id: str, after: str, limit: int) -> Sequence[str]:
        """Those that have a cover, after one."""
        ...

    async def ready(self, owner_id: str, after: str, limit: int) -> Sequence[str]:
        """Those whose stems are all there, after one."""
        ...
