"""Requests by their own names in PostgreSQL."""

from __future__ import annotations

import datetime

from chassis.db.transaction import Connection
from services.library.domain.errors import KeyReused
from services.library.domain.made_request import MadeRequest


class MadeRequestRows:
    """Requests within one transaction."""

    def __init__(self, connection: Connection) -> None:
        """`connection` is inside the transaction."""
        self._connection = connection

    async def claim(
        self, owner_id: str, request: MadeRequest, made_id: str, now: datetime.datetime, since: datetime.datetime
    ) -> str:
        """What this request made since then, or `made_id`, which it makes now. Raises KeyReused.

        Of two requests of one name at once the second waits here, and finds what the first one made.
        """
        row = await self._connection.fetchrow(
            "INSERT INTO made_requests AS known (owner_id, operation, name_hash, content_hash, made_id, made_at)"
            " VALUES ($1, $2, $3, $4, $5, $6) ON CONFLICT (owner_id, operation, name_hash) DO UPDATE SET"
            " content_hash = CASE WHEN known.made_at < $7 THEN excluded.content_hash ELSE known.content_hash END,"
            " made_id = CASE WHEN known.made_at < $7 THEN excluded.made_id ELSE known.made_id END,"
            " made_at = CASE WHEN known.made_at < $7 THEN excluded.made_at ELSE known.made_at END"
            " RETURNING content_hash, made_id",
            owner_id,
            request.operation,
            request.name_hash,
            request.content_hash,
            made_id,
            now,
            since,
        )
        if row is None or row["content_hash"] != request.content_hash:
            raise KeyReused
        return str(row["made_id"])

    async def forget_of(self, owner_id: str, limit: int) -> bool:
        """Remove at most so many of a person's; whether there may be more."""
        tag: str = await self._connection.execute(
            "WITH few AS MATERIALIZED (SELECT owner_id, operation, name_hash FROM made_requests WHERE owner_id = $1"
            " LIMIT $2) DELETE FROM made_requests AS made USING few"
            " WHERE (made.owner_id, made.operation, made.name_hash) = (few.owner_id, few.operation, few.name_hash)",
            owner_id,
            limit,
        )
        return int(tag.rpartition(" ")[2]) >= limit

    async def forget(self, made_before: datetime.datetime, limit: int) -> None:
        """Remove at most so many that were made before that moment."""
        await self._connection.execute(
            "WITH old AS MATERIALIZED (SELECT owner_id, operation, name_hash FROM made_requests WHERE made_at < $1"
            " LIMIT $2 FOR UPDATE SKIP LOCKED) DELETE FROM made_requests AS made USING old"
            " WHERE (made.owner_id, made.operation, made.name_hash) = (old.owner_id, old.operation, old.name_hash)",
            made_before,
            limit,
        )
