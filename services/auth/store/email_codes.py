"""Codes that were mailed, and sign-ups that wait for theirs, in PostgreSQL."""

from __future__ import annotations

import datetime

from chassis.db.transaction import Connection
from services.auth.domain.email_address import EmailAddress
from services.auth.domain.email_code import EmailCode, PendingSignUp, Purpose


class PostgresEmailCodes:
    """Mailed codes within one transaction."""

    def __init__(self, connection: Connection) -> None:
        """`connection` is in the transaction."""
        self._connection = connection

    async def add(self, code: EmailCode) -> None:
        """Store a new code."""
        await self._connection.execute(
            "INSERT INTO email_codes (code_hash, purpose, user_id, email_key, made_at, expires_at, email)"
            " VALUES ($1, $2, $3, $4, $5, $6, $7)",
            code.code_hash,
            code.purpose.value,
            code.user_id,
            code.email_key,
            code.made_at,
            code.expires_at,
            code.email_typed or None,
        )

    async def count(self, purpose: Purpose, email_key: str, since: datetime.datetime) -> int:
        """How many were made for an address since then."""
        # Two that ask for the same address at once come one after the other, so that neither is miscounted.
        await self._connection.execute("SELECT pg_advisory_xact_lock(hashtextextended($1, 0))", email_key)
        return int(
            await self._connection.fetchval(
                "SELECT count(code_hash) FROM email_codes WHERE purpose = $1 AND email_key = $2 AND made_at > $3",
                purpose.value,
                email_key,
                since,
            )
        )

    async def count_of(self, user_id: str, purpose: Purpose, since: datetime.datetime) -> int:
        """How many a person caused since then, whoever they went to; for whoever has locked the account."""
        return int(
            await self._connection.fetchval(
                "SELECT count(code_hash) FROM email_codes WHERE purpose = $1 AND user_id = $2 AND made_at > $3",
                purpose.value,
                user_id,
                since,
            )
        )

    async def get(self, code_hash: bytes, purpose: Purpose, now: datetime.datetime) -> EmailCode | None:
        """A code that still works."""
        row = await self._connection.fetchrow(
            "SELECT code_hash, user_id, email_key, made_at, expires_at, email FROM email_codes"
            " WHERE code_hash = $1 AND purpose = $2 AND used_at IS NULL AND expires_at > $3",
            code_hash,
            purpose.value,
            now,
        )
        if row is None:
            return None
        return EmailCode(
            row["code_hash"],
            purpose,
            row["user_id"],
            row["email_key"],
            row["made_at"],
            row["expires_at"],
            row["email"] or "",
        )

    async def use(self, code_hash: bytes, purpose: Purpose, now: datetime.datetime) -> bool:
        """Whether it worked: for the first call before its end alone."""
        # Of two that come at once, the second waits for the first's row and then finds it used.
        tag: str = await self._connection.execute(
            "UPDATE email_codes SET used_at = $3"
            " WHERE code_hash = $1 AND purpose = $2 AND used_at IS NULL AND expires_at > $3",
            code_hash,
            purpose.value,
            now,
        )
        return tag.endswith(" 1")

    async def use_all(
        self, user_id: str, purpose: Purpose, now: datetime.datetime, *, made_since: datetime.datetime | None = None
    ) -> None:
        """No code of this kind of theirs works any more; with `made_since`, none that was made then or later."""
        await self._connection.execute(
            "UPDATE email_codes SET used_at = $3 WHERE user_id = $1 AND purpose = $2 AND used_at IS NULL"
            " AND ($4::timestamptz IS NULL OR made_at >= $4)",
            user_id,
            purpose.value,
            now,
            made_since,
        )

    async def promised_to(self, email_key: str, now: datetime.datetime) -> str | None:
        """Whose account, not closed, a code that still works can bring this address back to."""
        user_id: str | None = await self._connection.fetchval(
            "SELECT user_id FROM email_codes WHERE email_key = $1 AND purpose = 'undo' AND used_at IS NULL"
            " AND expires_at > $2 AND user_id IN (SELECT user_id FROM accounts WHERE closed_at IS NULL) LIMIT 1",
            email_key,
            now,
        )
        return user_id

    async def forget(self, expired_before: datetime.datetime, limit: int) -> int:
        """Remove at most `limit` codes that expired before then; the number removed."""
        tag: str = await self._connection.execute(
            "DELETE FROM email_codes WHERE code_hash = ANY(ARRAY(SELECT code_hash FROM email_codes"
            " WHERE expires_at < $1 LIMIT $2 FOR UPDATE SKIP LOCKED))",
            expired_before,
            limit,
        )
        return int(tag.rpartition(" ")[2])


class PostgresPendingSignUps:
    """Sign-ups that wait for their code within one transaction."""

    def __init__(self, connection: Connection) -> None:
        """`connection` is in the transaction."""
        self._connection = connection

    async def add(self, pending: PendingSignUp) -> None:
        """Store a new one."""
        await self._connection.execute(
            "INSERT INTO pending_sign_ups"
            " (code_hash, email, email_key, display_name, password_hash, made_at, expires_at, age_confirmed_at)"
            " VALUES ($1, $2, $3, $4, $5, $6, $7, $8)",
            pending.code_hash,
            pending.email.typed,
            pending.email.key,
            pending.display_name,
            pending.password_hash,
            pending.made_at,
            pending.expires_at,
            pending.age_confirmed_at,
        )

    async def count(self, email_key: str, since: datetime.datetime) -> int:
        """How many were made for an address since then."""
        await self._connection.execute("SELECT pg_advisory_xact_lock(hashtextextended($1, 0))", email_key)
        return int(
            await self._connection.fetchval(
                "SELECT count(code_hash) FROM pending_sign_ups WHERE email_key = $1 AND made_at > $2", email_key, since
            )
        )

    async def get(self, code_hash: bytes, now: datetime.datetime) -> PendingSignUp | None:
        """One whose code still works."""
        row = await self._connection.fetchrow(
            "SELECT code_hash, email, email_key, display_name, password_hash, made_at, expires_at, age_confirmed_at"
            " FROM pending_sign_ups WHERE code_hash = $1 AND used_at IS NULL AND expires_at > $2",
            code_hash,
            now,
        )
        if row is None:
            return None
        return PendingSignUp(
            row["code_hash"],
            EmailAddress(row["email"], row["email_key"]),
            row["display_name"],
            row["password_hash"],
            row["made_at"],
            row["expires_at"],
            row["age_confirmed_at"],
        )

    async def use(self, code_hash: bytes, now: datetime.datetime) -> bool:
        """Whether its code worked: for the first call before its end alone."""
        tag: str = await self._connection.execute(
            "UPDATE pending_sign_ups SET used_at = $2 WHERE code_hash = $1 AND used_at IS NULL AND expires_at > $2",
            code_hash,
            now,
        )
        return tag.endswith(" 1")

    async def forget(self, expired_before: datetime.datetime, limit: int) -> int:
        """Remove at most `limit` that expired before then; the number removed."""
        tag: str = await self._connection.execute(
            "DELETE FROM pending_sign_ups WHERE code_hash = ANY(ARRAY(SELECT code_hash FROM pending_sign_ups"
            " WHERE expires_at < $1 LIMIT $2 FOR UPDATE SKIP LOCKED))",
            expired_before,
            limit,
        )
        return int(tag.rpartition(" ")[2])
