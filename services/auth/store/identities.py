"""Identities of other issuers in PostgreSQL."""

from __future__ import annotations

import datetime
from collections.abc import Mapping, Sequence

from chassis.db.transaction import Connection
from services.auth.domain.identity import NEVER, Identity


class PostgresIdentities:
    """Identities, and the messages about them, within one transaction."""

    def __init__(self, connection: Connection) -> None:
        """`connection` is in the transaction."""
        self._connection = connection

    async def get(self, issuer: str, subject: str) -> Identity | None:
        """One identity."""
        row = await self._connection.fetchrow(
            "SELECT issuer, subject, user_id, told_at, ended_at FROM identities WHERE issuer = $1 AND subject = $2",
            issuer,
            subject,
        )
        return Identity(**row) if row is not None else None

    async def claim(self, issuer: str, subject: str, now: datetime.datetime) -> Identity:
        """The identity, made when there is none, whose row nobody else changes until the work commits."""
        # Of two that come at once, the second waits here until the first has committed, and then finds its row.
        await self._connection.execute(
            "INSERT INTO identities (issuer, subject, created_at, told_at) VALUES ($1, $2, $3, $4)"
            " ON CONFLICT (issuer, subject) DO NOTHING",
            issuer,
            subject,
            now,
            NEVER,
        )
        row = await self._connection.fetchrow(
            "SELECT issuer, subject, user_id, told_at, ended_at FROM identities"
            " WHERE issuer = $1 AND subject = $2 FOR UPDATE",
            issuer,
            subject,
        )
        return Identity(**row)

    async def keep(self, identity: Identity) -> None:
        """Store the changes of a claimed identity."""
        await self._connection.execute(
            "UPDATE identities SET user_id = $3, told_at = $4, ended_at = $5 WHERE issuer = $1 AND subject = $2",
            identity.issuer,
            identity.subject,
            identity.user_id,
            identity.told_at,
            identity.ended_at,
        )

    async def issuers_of(self, user_id: str) -> set[str]:
        """Who vouches for a person, those that deleted them too."""
        rows = await self._connection.fetch("SELECT issuer FROM identities WHERE user_id = $1", user_id)
        return {row["issuer"] for row in rows}

    async def living(self, issuer: str) -> set[str]:
        """Subjects of everybody of this issuer who has an account and has not ended."""
        rows = await self._connection.fetch(
            "SELECT subject FROM identities WHERE issuer = $1 AND user_id IS NOT NULL AND ended_at IS NULL", issuer
        )
        return {row["subject"] for row in rows}

    async def told(self, issuer: str, subjects: Sequence[str]) -> Mapping[str, datetime.datetime]:
        """Of those of these subjects that are known: the issuer's time of the newest told of them."""
        rows = await self._connection.fetch(
            "SELECT subject, told_at FROM identities WHERE issuer = $1 AND subject = ANY($2::text[])",
            issuer,
            list(subjects),
        )
        return {row["subject"]: row["told_at"] for row in rows}

    async def first_time(self, message_id: str, now: datetime.datetime) -> bool:
        """Whether this message has not been taken before; it has from now on."""
        tag: str = await self._connection.execute(
            "INSERT INTO webhook_messages (message_id, received_at) VALUES ($1, $2)"
            " ON CONFLICT (message_id) DO NOTHING",
            message_id,
            now,
        )
        return tag.endswith(" 1")

    async def forget(self, over_before: datetime.datetime, limit: int) -> int:
        """Remove `limit` messages and as many ended identities from before then at most; the larger of both numbers."""
        messages: str = await self._connection.execute(
            "DELETE FROM webhook_messages WHERE message_id = ANY(ARRAY(SELECT message_id FROM webhook_messages"
            " WHERE received_at < $1 LIMIT $2 FOR UPDATE SKIP LOCKED))",
            over_before,
            limit,
        )
        # One whose account still stands is needed until that has been erased.
        identities: str = await self._connection.execute(
            "WITH old AS MATERIALIZED (SELECT issuer, subject FROM identities"
            " WHERE ended_at < $1 AND user_id IS NULL LIMIT $2 FOR UPDATE SKIP LOCKED)"
            " DELETE FROM identities AS gone USING old WHERE (gone.issuer, gone.subject) = (old.issuer, old.subject)",
            over_before,
            limit,
        )
        return max(int(messages.rpartition(" ")[2]), int(identities.rpartition(" ")[2]))
