"""Tracks of a person in the order in which their files are given, in PostgreSQL."""

from __future__ import annotations

from collections.abc import Sequence

from chassis.db.transaction import Connection

_THERE = (
    "SELECT track_id FROM tracks WHERE owner_id = $1 AND deleted_at IS NULL AND deleting_at IS NULL AND track_id > $2"
)
COVERED = (
    f"{_THERE} AND EXISTS (SELECT 1 FROM track_tags AS g WHERE g.track_id = tracks.track_id"  # noqa: S608 - a constant of this file
    " AND g.wrapped_key IS NOT NULL) ORDER BY track_id LIMIT $3"
)
READY = _THERE + " AND state = 'ready' ORDER BY track_id LIMIT $3"


class TracksToGiveRows:
    """Tracks within one transaction."""

    def __init__(self, connection: Connection) -> None:
        """`connection` is inside the transaction."""
        self._connection = connection

    async def with_cover(self, owner_id: str, after: str, limit: int) -> Sequence[str]:
        """Those that have a cover, after one."""
        rows = await self._connection.fetch(COVERED, owner_id, after, limit)
        return [row["track_id"] for row in rows]

    async def ready(self, owner_id: str, after: str, limit: int) -> Sequence[str]:
        """Those whose stems are all there, after one."""
        rows = await self._connection.fetch(READY, owner_id, after, limit)
        return [row["track_id"] for row in rows]
