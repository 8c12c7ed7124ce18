"""One-time sign-in links in PostgreSQL."""

from __future__ import annotations

import datetime

from chassis.db.transaction import Connection
from services.auth.domain.link import SignInLink


class PostgresLinks:
    """Sign-in links within one transaction."""

    def __init__(self, connection: Connection) -> None:
        """`connection` is in the transaction."""
        self._connection = connection

    async def add(self, link: SignInLink) -> None:
        """Store a new link."""
        await self._connection.execute(
            "INSERT INTO sign_in_links (code_hash, user_id, expires_at) VALUES ($1, $2, $3)",
            link.code_hash,
            link.user_id,
            link.expires_at,
        )

    async def owner(self, code_hash: bytes) -> str | None:
        """Whom it signs in, or did; it is not locked by this."""
        user_id: str | None = await self._connection.fetchval(
            "SELECT user_id FROM sign_in_links WHERE code_hash = $1", code_hash
        )
        return user_id

    async def redeem(self, code_hash: bytes, now: datetime.datetime) -> str | None:
        """Whom it signs in; None for every call but the first before its end."""
        # Of two that come at once, the second waits for the first's row and then finds it redeemed.
        user_id: str | None = await self._connection.fetchval(
            "UPDATE sign_in_links SET redeemed_at = $2"
            " WHERE code_hash = $1 AND redeemed_at IS NULL AND expires_at > $2 RETURNING user_id",
            code_hash,
            now,
        )
        return user_id

    async def forget(self, expired_before: datetime.datetime, limit: int) -> int:
        """Remove at most `limit` links that expired before then; the number removed."""
        tag: str = await self._connection.execute(
            "DELETE FROM sign_in_links WHERE code_hash = ANY(ARRAY(SELECT code_hash FROM sign_in_links"
            " WHERE expires_at < $1 LIMIT $2 FOR UPDATE SKIP LOCKED))",
            expired_before,
            limit,
        )
        return int(tag.rpartition(" ")[2])
