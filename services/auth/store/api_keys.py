"""API keys in PostgreSQL."""

from __future__ import annotations

import datetime

import asyncpg

from chassis.db.transaction import Connection
from services.auth.domain.api_key import ApiKey, Request


class PostgresApiKeys:
    """API keys within one transaction."""

    def __init__(self, connection: Connection) -> None:
        """`connection` is in the transaction."""
        self._connection = connection

    async def locked(self, user_id: str) -> bool:
        """Whether there is such a person; nobody else makes keys of theirs until the work commits."""
        # Sessions and links, whose rows point here as well, are made meanwhile.
        found: str | None = await self._connection.fetchval(
            "SELECT user_id FROM accounts WHERE user_id = $1 AND closed_at IS NULL FOR NO KEY UPDATE", user_id
        )
        return found is not None

    async def add(self, key: ApiKey, key_hash: bytes, request: Request | None) -> None:
        """Store a new key of a locked person, with the request that made it."""
        await self._connection.execute(
            "INSERT INTO api_keys (key_id, user_id, key_hash, name, scopes, ending, created_at, expires_at,"
            " last_used_on, revoked_at, request_name_hash, request_content_hash)"
            " VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12)",
            key.key_id,
            key.user_id,
            key_hash,
            key.name,
            list(key.scopes),
            key.ending,
            key.created_at,
            key.expires_at,
            key.last_used_on,
            key.revoked_at,
            request.name_hash if request is not None else None,
            request.content_hash if request is not None else None,
        )

    async def made_by(self, user_id: str, name_hash: bytes, since: datetime.datetime) -> tuple[str, bytes] | None:
        """The key that a request of this name made since then, and the request's content_hash.

        What an older request of this name made loses the name, so that it can be given again.
        """
        await self._connection.execute(
            "UPDATE api_keys SET request_name_hash = NULL, request_content_hash = NULL"
            " WHERE user_id = $1 AND request_name_hash = $2 AND created_at < $3",
            user_id,
            name_hash,
            since,
        )
        row = await self._connection.fetchrow(
            "SELECT key_id, request_content_hash FROM api_keys WHERE user_id = $1 AND request_name_hash = $2",
            user_id,
            name_hash,
        )
        return (row["key_id"], row["request_content_hash"]) if row is not None else None

    async def of_person(self, user_id: str) -> list[ApiKey]:
        """Those that are not revoked, expired ones too, newest first."""
        rows = await self._connection.fetch(
            "SELECT key_id, user_id, name, scopes, ending, created_at, expires_at, last_used_on, revoked_at"
            " FROM api_keys WHERE user_id = $1 AND revoked_at IS NULL ORDER BY created_at DESC, key_id",
            user_id,
        )
        return [_key(row) for row in rows]

    async def revoke(self, user_id: str, key_id: str, at: datetime.datetime) -> bool | None:
        """Whether it worked until now; an earlier end stands. None when the person has no such key."""
        tag: str = await self._connection.execute(
            "UPDATE api_keys SET revoked_at = $3 WHERE key_id = $2 AND user_id = $1 AND revoked_at IS NULL",
            user_id,
            key_id,
            at,
        )
        if tag.endswith(" 1"):
            return True
        known = await self._connection.fetchval(
            "SELECT key_id FROM api_keys WHERE key_id = $2 AND user_id = $1", user_id, key_id
        )
        return False if known is not None else None

    async def revoke_all(self, user_id: str, at: datetime.datetime) -> list[str]:
        """End every key of a person; the ids of those that were not revoked before."""
        rows = await self._connection.fetch(
            "UPDATE api_keys SET revoked_at = $2 WHERE user_id = $1 AND revoked_at IS NULL RETURNING key_id",
            user_id,
            at,
        )
        return [row["key_id"] for row in rows]

    async def of_hash(self, key_hash: bytes) -> ApiKey | None:
        """One key, revoked or not."""
        row = await self._connection.fetchrow(
            "SELECT key_id, user_id, name, scopes, ending, created_at, expires_at, last_used_on, revoked_at"
            " FROM api_keys WHERE key_hash = $1",
            key_hash,
        )
        return _key(row) if row is not None else None

    async def note_use(self, key_id: str, day: datetime.date) -> None:
        """Remember the day of its last use."""
        # Many requests meet here on a day's first use; one of them writes, and nobody waits for another's.
        await self._connection.execute(
            "UPDATE api_keys SET last_used_on = $2 WHERE key_id = (SELECT key_id FROM api_keys"
            " WHERE key_id = $1 AND (last_used_on IS NULL OR last_used_on < $2) FOR UPDATE SKIP LOCKED)",
            key_id,
            day,
        )

    async def forget(self, over_before: datetime.datetime, limit: int) -> int:
        """Remove at most `limit` keys that expired or were revoked before then; the number removed."""
        tag: str = await self._connection.execute(
            "DELETE FROM api_keys WHERE key_id = ANY(ARRAY(SELECT key_id FROM api_keys"
            " WHERE expires_at < $1 OR revoked_at < $1 LIMIT $2 FOR UPDATE SKIP LOCKED))",
            over_before,
            limit,
        )
        return int(tag.rpartition(" ")[2])


def _key(row: asyncpg.Record) -> ApiKey:
    return ApiKey(
        key_id=row["key_id"],
        user_id=row["user_id"],
        name=row["name"],
        scopes=tuple(row["scopes"]),
        ending=row["ending"],
        created_at=row["created_at"],
        expires_at=row["expires_at"],
        last_used_on=row["last_used_on"],
        revoked_at=row["revoked_at"],
    )
