"""Passkeys, and the questions that wait for them, in PostgreSQL."""

from __future__ import annotations

import datetime

import asyncpg

from chassis.db.transaction import Connection
from services.auth.domain.passkey import Ceremony, Passkey, PasskeyQuestion


class PostgresPasskeys:
    """Passkeys within one transaction."""

    def __init__(self, connection: Connection) -> None:
        """`connection` is in the transaction."""
        self._connection = connection

    async def handle_of(self, user_id: str, fresh: bytes) -> bytes:
        """What authenticators know a person by: `fresh` from now on where there is nothing yet."""
        await self._connection.execute(
            "INSERT INTO passkey_handles (user_id, handle) VALUES ($1, $2) ON CONFLICT (user_id) DO NOTHING",
            user_id,
            fresh,
        )
        handle: bytes = await self._connection.fetchval(
            "SELECT handle FROM passkey_handles WHERE user_id = $1", user_id
        )
        return handle

    async def is_of_issuer(self, user_id: str, issuer: str) -> bool:
        """Whether this issuer vouches for this person."""
        found: str | None = await self._connection.fetchval(
            "SELECT user_id FROM identities WHERE user_id = $1 AND issuer = $2 LIMIT 1", user_id, issuer
        )
        return found is not None

    async def add(self, passkey: Passkey) -> bool:
        """Store a new one; false when somebody has it."""
        tag: str = await self._connection.execute(
            "INSERT INTO passkeys (passkey_id, user_id, credential_id, public_key, sign_count, transports, name,"
            " created_at, last_used_at) VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9)"
            " ON CONFLICT (credential_id) DO NOTHING",
            passkey.passkey_id,
            passkey.user_id,
            passkey.credential_id,
            passkey.public_key,
            passkey.sign_count,
            list(passkey.transports),
            passkey.name,
            passkey.created_at,
            passkey.last_used_at,
        )
        return tag.endswith(" 1")

    async def of_person(self, user_id: str) -> list[Passkey]:
        """All of a person's, newest first."""
        rows = await self._connection.fetch(
            "SELECT passkey_id, user_id, credential_id, public_key, sign_count, transports, name, created_at,"
            " last_used_at FROM passkeys WHERE user_id = $1 ORDER BY created_at DESC, passkey_id",
            user_id,
        )
        return [_passkey(row) for row in rows]

    async def locked(self, credential_id: bytes) -> tuple[Passkey, bytes] | None:
        """One and its owner's handle; nobody else changes what that person has until the work commits."""
        # The account first, as everywhere: two that each wait for the other's would both fail.
        user_id = await self._connection.fetchval(
            "SELECT user_id FROM accounts WHERE user_id = (SELECT user_id FROM passkeys WHERE credential_id = $1)"
            " AND closed_at IS NULL FOR NO KEY UPDATE",
            credential_id,
        )
        row = await self._connection.fetchrow(
            "SELECT passkey_id, passkeys.user_id, credential_id, public_key, sign_count, transports, name, created_at,"
            " last_used_at, handle FROM passkeys JOIN passkey_handles ON passkey_handles.user_id = passkeys.user_id"
            " WHERE credential_id = $1 AND passkeys.user_id = $2",
            credential_id,
            user_id,
        )
        return (_passkey(row), row["handle"]) if row is not None else None

    async def note_use(self, passkey_id: str, sign_count: int, at: datetime.datetime) -> None:
        """It has signed."""
        await self._connection.execute(
            "UPDATE passkeys SET sign_count = $2, last_used_at = $3 WHERE passkey_id = $1", passkey_id, sign_count, at
        )

    async def rename(self, user_id: str, passkey_id: str, name: str) -> Passkey | None:
        """One under its new name; None when the person has no such passkey."""
        row = await self._connection.fetchrow(
            "UPDATE passkeys SET name = $3 WHERE passkey_id = $2 AND user_id = $1 RETURNING passkey_id, user_id,"
            " credential_id, public_key, sign_count, transports, name, created_at, last_used_at",
            user_id,
            passkey_id,
            name,
        )
        return _passkey(row) if row is not None else None

    async def remove(self, user_id: str, passkey_id: str) -> bool:
        """Whether the person had it."""
        tag: str = await self._connection.execute(
            "DELETE FROM passkeys WHERE passkey_id = $2 AND user_id = $1", user_id, passkey_id
        )
        return tag.endswith(" 1")

    async def remove_of(self, user_id: str) -> None:
        """A person has none any more, and what they were asked is answered by nothing."""
        await self._connection.execute("DELETE FROM passkeys WHERE user_id = $1", user_id)
        await self._connection.execute("DELETE FROM passkey_challenges WHERE user_id = $1", user_id)

    async def ask(self, challenge: PasskeyQuestion) -> None:
        """Store a question."""
        await self._connection.execute(
            "INSERT INTO passkey_challenges (challenge_hash, ceremony, user_id, expires_at) VALUES ($1, $2, $3, $4)",
            challenge.challenge_hash,
            challenge.ceremony.value,
            challenge.user_id,
            challenge.expires_at,
        )

    async def take(
        self, challenge_hash: bytes, ceremony: Ceremony, user_id: str | None, now: datetime.datetime
    ) -> bool:
        """Whether it was asked of them: for the first call before its end alone."""
        found: str | None = await self._connection.fetchval(
            "DELETE FROM passkey_challenges WHERE challenge_hash = $1 AND ceremony = $2"
            " AND user_id IS NOT DISTINCT FROM $3 AND expires_at > $4 RETURNING ceremony",
            challenge_hash,
            ceremony.value,
            user_id,
            now,
        )
        return found is not None

    async def forget(self, expired_before: datetime.datetime, limit: int) -> int:
        """Remove at most `limit` questions that expired before then; the number removed."""
        tag: str = await self._connection.execute(
            "DELETE FROM passkey_challenges WHERE challenge_hash = ANY(ARRAY("
            "SELECT challenge_hash FROM passkey_challenges WHERE expires_at < $1 LIMIT $2 FOR UPDATE SKIP LOCKED))",
            expired_before,
            limit,
        )
        return int(tag.rpartition(" ")[2])


def _passkey(row: asyncpg.Record) -> Passkey:
    return Passkey(
        passkey_id=row["passkey_id"],
        user_id=row["user_id"],
        credential_id=row["credential_id"],
        public_key=row["public_key"],
        sign_count=row["sign_count"],
        transports=tuple(row["transports"]),
        name=row["name"],
        created_at=row["created_at"],
        last_used_at=row["last_used_at"],
    )
