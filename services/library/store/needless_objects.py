"""Notes of objects that nobody needs, in PostgreSQL."""

from __future__ import annotations

import datetime

from chassis.db.transaction import Connection


class NeedlessObjectRows:
    """Notes within one transaction."""

    def __init__(self, connection: Connection) -> None:
        """`connection` is inside the transaction."""
        self._connection = connection

    async def note(self, owner_id: str, name: str, due_at: datetime.datetime) -> None:
        """An object is to be removed from that moment on."""
        await self._connection.execute(
            "INSERT INTO needless_objects (object_name, owner_id, due_at) VALUES ($1, $2, $3)"
            " ON CONFLICT (object_name) DO UPDATE SET due_at = excluded.due_at",
            name,
            owner_id,
            due_at,
        )

    async def forget(self, name: str) -> bool:
        """It is gone, or needed after all; false when nothing was noted. Waits for whoever is just removing it."""
        tag: str = await self._connection.execute("DELETE FROM needless_objects WHERE object_name = $1", name)
        return tag == "DELETE 1"

    async def due_of(self, owner_id: str, now: datetime.datetime, limit: int) -> tuple[str, ...]:
        """A person's among those to be removed by then."""
        rows = await self._connection.fetch(
            "SELECT object_name FROM needless_objects WHERE owner_id = $1 AND due_at <= $2 LIMIT $3",
            owner_id,
            now,
            limit,
        )
        return tuple(row["object_name"] for row in rows)

    async def due(self, now: datetime.datetime, limit: int) -> tuple[str, ...]:
        """Those to be removed by then, the longest due first."""
        rows = await self._connection.fetch(
            "SELECT object_name FROM needless_objects WHERE due_at <= $1 ORDER BY due_at LIMIT $2", now, limit
        )
        return tuple(row["object_name"] for row in rows)
