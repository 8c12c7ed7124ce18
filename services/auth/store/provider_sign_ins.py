"""Browsers on their way to a provider, and what they came to be connected by, in PostgreSQL."""

from __future__ import annotations

import datetime
import json

import asyncpg

from chassis import sealing
from chassis.db.transaction import Connection as DatabaseConnection
from services.auth.app.provider_ports import Connection
from services.auth.domain.email_address import EmailAddress
from services.auth.domain.identity import NEVER
from services.auth.domain.provider_sign_in import Connecting, ProviderSignIn, Told


class PostgresProviderSignIns:
    """They within one transaction."""

    def __init__(self, connection: DatabaseConnection, key: bytes) -> None:
        """`connection` is in the transaction; `key` seals what the answer is checked with, and whom it names."""
        self._connection = connection
        self._key = key

    async def add(self, sign_in: ProviderSignIn) -> None:
        """Store a new one."""
        connecting = sign_in.connecting
        await self._connection.execute(
            "INSERT INTO provider_sign_ins (state_hash, browser_hash, provider, user_id, session_id, sealed,"
            " created_at, expires_at, answered_at) VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9)",
            sign_in.state_hash,
            sign_in.browser_hash,
            sign_in.provider,
            connecting.user_id if connecting is not None else None,
            connecting.session_id if connecting is not None else None,
            self._sealed(sign_in),
            sign_in.created_at,
            sign_in.expires_at,
            sign_in.answered_at,
        )

    async def of_state(self, state_hash: bytes) -> ProviderSignIn | None:
        """One, whose row nobody else changes until the work commits."""
        row = await self._connection.fetchrow(
            "SELECT state_hash, browser_hash, provider, user_id, session_id, sealed, created_at, expires_at,"
            " answered_at FROM provider_sign_ins WHERE state_hash = $1 FOR UPDATE",
            state_hash,
        )
        return self._read(row)

    async def of_browser(self, browser_hash: bytes) -> ProviderSignIn | None:
        """One, whose row nobody else changes until the work commits."""
        row = await self._connection.fetchrow(
            "SELECT state_hash, browser_hash, provider, user_id, session_id, sealed, created_at, expires_at,"
            " answered_at FROM provider_sign_ins WHERE browser_hash = $1 FOR UPDATE",
            browser_hash,
        )
        return self._read(row)

    async def change(self, sign_in: ProviderSignIn) -> None:
        """Store what became of one."""
        await self._connection.execute(
            "UPDATE provider_sign_ins SET sealed = $2, expires_at = $3, answered_at = $4 WHERE state_hash = $1",
            sign_in.state_hash,
            self._sealed(sign_in),
            sign_in.expires_at,
            sign_in.answered_at,
        )

    async def remove(self, state_hash: bytes) -> None:
        """Forget one."""
        await self._connection.execute("DELETE FROM provider_sign_ins WHERE state_hash = $1", state_hash)

    async def connections(self, user_id: str) -> list[Connection]:
        """Identities of a person that have not ended, the oldest first."""
        rows = await self._connection.fetch(
            "SELECT issuer, created_at FROM identities WHERE user_id = $1 AND ended_at IS NULL"
            " ORDER BY created_at, issuer",
            user_id,
        )
        return [Connection(row["issuer"], row["created_at"]) for row in rows]

    async def disconnect(self, user_id: str, issuer: str) -> bool:
        """Forget a person's identity of an issuer; false where there is none that has not ended."""
        tag: str = await self._connection.execute(
            "DELETE FROM identities WHERE user_id = $1 AND issuer = $2 AND ended_at IS NULL", user_id, issuer
        )
        return not tag.endswith(" 0")

    async def disconnect_all(self, user_id: str) -> None:
        """Forget every identity that a person came to by a provider."""
        # Of those of an issuer that tells of its people, what was told last has a time.
        await self._connection.execute(
            "DELETE FROM identities WHERE user_id = $1 AND told_at = $2 AND ended_at IS NULL", user_id, NEVER
        )

    async def forget(self, expired_before: datetime.datetime, limit: int) -> int:
        """Remove `limit` that expired before then at most; the number removed, or that of identities left behind."""
        sign_ins: str = await self._connection.execute(
            "DELETE FROM provider_sign_ins WHERE state_hash = ANY(ARRAY(SELECT state_hash FROM provider_sign_ins"
            " WHERE expires_at < $1 LIMIT $2 FOR UPDATE SKIP LOCKED))",
            expired_before,
            limit,
        )
        identities: str = await self._connection.execute(
            "WITH old AS MATERIALIZED (SELECT issuer, subject FROM identities"
            " WHERE user_id IS NULL AND ended_at IS NULL AND told_at = $1 LIMIT $2 FOR UPDATE SKIP LOCKED)"
            " DELETE FROM identities AS gone USING old WHERE (gone.issuer, gone.subject) = (old.issuer, old.subject)",
            NEVER,
            limit,
        )
        return max(int(sign_ins.rpartition(" ")[2]), int(identities.rpartition(" ")[2]))

    def _sealed(self, sign_in: ProviderSignIn) -> bytes:
        told = sign_in.told
        words: dict[str, object] = {"nonce": sign_in.nonce, "verifier": sign_in.verifier, "again": sign_in.again}
        if told is not None:
            words["told"] = [told.subject, told.email.typed, told.email.key, told.display_name]
            if told.authenticated_at is not None:
                words["auth_time"] = int(told.authenticated_at.timestamp())
        return sealing.seal(self._key, _name(sign_in.state_hash), json.dumps(words).encode())

    def _read(self, row: asyncpg.Record | None) -> ProviderSignIn | None:
        if row is None:
            return None
        try:
            words = json.loads(sealing.unseal(self._key, _name(row["state_hash"]), row["sealed"]))
        except sealing.SealBroken:
            # Begun under a signing key that has gone: as good as run out.
            return None
        told = words.get("told")
        is_connecting = row["user_id"] is not None
        return ProviderSignIn(
            state_hash=row["state_hash"],
            browser_hash=row["browser_hash"],
            provider=row["provider"],
            created_at=row["created_at"],
            expires_at=row["expires_at"],
            nonce=words["nonce"],
            verifier=words["verifier"],
            connecting=Connecting(row["user_id"], row["session_id"]) if is_connecting else None,
            answered_at=row["answered_at"],
            told=_told(told, words.get("auth_time")) if told is not None else None,
            # Absent from one that an older process began.
            again=words.get("again", False),
        )


def _told(told: list[str], seconds: int | None) -> Told:
    authenticated_at = datetime.datetime.fromtimestamp(seconds, datetime.UTC) if seconds is not None else None
    return Told(told[0], EmailAddress(told[1], told[2]), told[3], authenticated_at)


def _name(state_hash: bytes) -> str:
    return f"provider sign-in {state_hash.hex()}"
