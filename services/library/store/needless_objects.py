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

    async def take_back(self, name: str) -> bool:
        """It is needed after all; false where nothing was noted, or somebody ever set about removing it."""
        tag: str = await self._connection.execute(
            "DELETE FROM needless_objects WHERE object_name = $1 AND claimed_until IS NULL", name
        )
        return tag == "DELETE 1"

    async def claim(self, name: str, now: datetime.datetime, until: datetime.datetime) -> datetime.datetime | None:
        """Since when it is due, and the caller's until then; None where nothing is noted, or another is about it."""
        due_at: datetime.datetime | None = await self._connection.fetchval(
            "UPDATE needless_objects SET claimed_until = $3"
            " WHERE object_name = $1 AND (claimed_until IS NULL OR claimed_until <= $2) RETURNING due_at",
            name,
            now,
            until,
        )
        return due_at

    async def give_back(self, name: str, at: datetime.datetime) -> None:
        """It was not removed: others may claim it from that moment on. It is not needed for that."""
        await self._connection.execute(
            "UPDATE needless_objects SET claimed_until = $2 WHERE object_name = $1", name, at
        )

    async def finish(self, name: str) -> None:
        """It is gone, whoever removed it."""
        await self._connection.execute("DELETE FROM needless_objects WHERE object_name = $1", name)

    async def due_of(self, owner_id: str, now: datetime.datetime, limit: int) -> tuple[str, ...]:
        """A person's among those to be removed by then that nobody is about, in the order of `due`."""
        rows = await self._connection.fetch(
            "SELECT object_name FROM needless_objects WHERE owner_id = $1 AND due_at <= $2"
            " AND (claimed_until IS NULL OR claimed_until <= $2) ORDER BY claimed_until NULLS FIRST, due_at LIMIT $3",
            owner_id,
            now,
            limit,
        )
        return tuple(row["object_name"] for row in rows)

    async def due(self, now: datetime.datetime, limit: int) -> tuple[str, ...]:
        """Those to be removed by then that nobody is about: the longest due first, but those that were tried last."""
        # However many can never be removed, they keep no other waiting.
        rows = await self._connection.fetch(
            "SELECT object_name FROM needless_objects WHERE due_at <= $1"
            " AND (claimed_until IS NULL OR claimed_until <= $1) ORDER BY claimed_until NULLS FIRST, due_at LIMIT $2",
            now,
            limit,
        )
        return tuple(row["object_name"] for row in rows)
