"""Sessions and refresh tokens in PostgreSQL."""

from __future__ import annotations

import datetime

import asyncpg

from chassis.db.transaction import Connection
from services.auth.domain.session import RefreshToken, Session


class PostgresSessions:
    """Sessions and their refresh tokens within one transaction."""

    def __init__(self, connection: Connection) -> None:
        """`connection` is in the transaction."""
        self._connection = connection

    async def add(self, session: Session, token: RefreshToken) -> None:
        """Store a new session and its first token."""
        await self._connection.execute(
            "INSERT INTO sessions (session_id, user_id, created_at, last_used_at, expires_at, ended_at, device,"
            " authenticated_at, methods) VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9)",
            session.session_id,
            session.user_id,
            session.created_at,
            session.last_used_at,
            session.expires_at,
            session.ended_at,
            session.device,
            session.authenticated_at,
            session.methods,
        )
        await self._add_token(token)

    async def locked(self, token_hash: bytes) -> tuple[Session, RefreshToken] | None:
        """A token and its session, whose row nobody else changes until the work commits."""
        row = await self._connection.fetchrow(
            "SELECT session_id, user_id, created_at, last_used_at, expires_at, ended_at, device,"
            " authenticated_at, methods FROM sessions WHERE session_id ="
            " (SELECT session_id FROM refresh_tokens WHERE token_hash = $1) FOR UPDATE",
            token_hash,
        )
        # Read after the lock is held: whoever held it before may have spent the token.
        token = await self._connection.fetchrow(
            "SELECT token_hash, session_id, expires_at, spent_at FROM refresh_tokens WHERE token_hash = $1", token_hash
        )
        if row is None or token is None:
            return None
        return _session(row), RefreshToken(**token)

    async def rotate(self, session: Session, spent: RefreshToken, at: datetime.datetime, fresh: RefreshToken) -> None:
        """Spend a token of a locked session, store its successor and the session's changes."""
        await self._connection.execute(
            "UPDATE refresh_tokens SET spent_at = $2 WHERE token_hash = $1 AND spent_at IS NULL", spent.token_hash, at
        )
        # The unique index of unspent tokens refuses this when the row above was not the living one.
        await self._add_token(fresh)
        await self._connection.execute(
            "UPDATE sessions SET last_used_at = $2, expires_at = $3 WHERE session_id = $1",
            session.session_id,
            session.last_used_at,
            session.expires_at,
        )

    async def end(self, session_id: str, at: datetime.datetime) -> bool:
        """End a session; false where none is left to end: an earlier end stands."""
        tag: str = await self._connection.execute(
            "UPDATE sessions SET ended_at = $2 WHERE session_id = $1 AND ended_at IS NULL", session_id, at
        )
        return tag.endswith(" 1")

    async def prove(self, session_id: str, user_id: str, at: datetime.datetime, method: str) -> Session | None:
        """Note that somebody showed in a living session of theirs who they are; None where there is no such session."""
        row = await self._connection.fetchrow(
            "UPDATE sessions SET authenticated_at = $3,"
            " methods = CASE WHEN $4 = ANY(methods) THEN methods ELSE methods || $4::text END"
            " WHERE session_id = $1 AND user_id = $2 AND ended_at IS NULL AND expires_at > $3 RETURNING"
            " session_id, user_id, created_at, last_used_at, expires_at, ended_at, device, authenticated_at, methods",
            session_id,
            user_id,
            at,
            method,
        )
        return _session(row) if row is not None else None

    async def owner(self, session_id: str, now: datetime.datetime) -> str | None:
        """Whose session it is; None where there is none that lives."""
        user_id: str | None = await self._connection.fetchval(
            "SELECT user_id FROM sessions WHERE session_id = $1 AND ended_at IS NULL AND expires_at > $2",
            session_id,
            now,
        )
        return user_id

    async def living(self, user_id: str, now: datetime.datetime, limit: int) -> list[Session]:
        """A person's sessions that have neither ended nor run out, the last used first, `limit` at most."""
        rows = await self._connection.fetch(
            "SELECT session_id, user_id, created_at, last_used_at, expires_at, ended_at, device,"
            " authenticated_at, methods FROM sessions WHERE user_id = $1 AND ended_at IS NULL AND expires_at > $2"
            " ORDER BY last_used_at DESC, session_id LIMIT $3",
            user_id,
            now,
            limit,
        )
        return [_session(row) for row in rows]

    async def end_others(self, user_id: str, kept_session_id: str, at: datetime.datetime) -> list[str]:
        """End every living session of a person but one; the names of those that ended now."""
        rows = await self._connection.fetch(
            "UPDATE sessions SET ended_at = $3"
            " WHERE user_id = $1 AND session_id <> $2 AND ended_at IS NULL AND expires_at > $3 RETURNING session_id",
            user_id,
            kept_session_id,
            at,
        )
        return [row["session_id"] for row in rows]

    async def ended_since(self, moment: datetime.datetime) -> list[tuple[str, datetime.datetime]]:
        """Everybody's sessions that ended at that moment or later, and when."""
        rows = await self._connection.fetch("SELECT session_id, ended_at FROM sessions WHERE ended_at >= $1", moment)
        return [(row["session_id"], row["ended_at"]) for row in rows]

    async def forget(self, over_before: datetime.datetime, limit: int) -> int:
        """Remove `limit` sessions over before then at most, and as many expired tokens; the larger of both numbers."""
        sessions: str = await self._connection.execute(
            "DELETE FROM sessions WHERE session_id = ANY(ARRAY(SELECT session_id FROM sessions"
            " WHERE expires_at < $1 OR ended_at < $1 LIMIT $2 FOR UPDATE SKIP LOCKED))",
            over_before,
            limit,
        )
        tokens: str = await self._connection.execute(
            "DELETE FROM refresh_tokens WHERE token_hash = ANY(ARRAY(SELECT token_hash FROM refresh_tokens"
            " WHERE expires_at < $1 LIMIT $2 FOR UPDATE SKIP LOCKED))",
            over_before,
            limit,
        )
        return max(int(sessions.rpartition(" ")[2]), int(tokens.rpartition(" ")[2]))

    async def _add_token(self, token: RefreshToken) -> None:
        await self._connection.execute(
            "INSERT INTO refresh_tokens (token_hash, session_id, expires_at, spent_at) VALUES ($1, $2, $3, $4)",
            token.token_hash,
            token.session_id,
            token.expires_at,
            token.spent_at,
        )


def _session(row: asyncpg.Record) -> Session:
    return Session(**{**row, "methods": tuple(row["methods"])})
