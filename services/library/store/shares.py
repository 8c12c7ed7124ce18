"""Links to tracks in PostgreSQL."""

from __future__ import annotations

import datetime

import asyncpg

from chassis.db.transaction import Connection
from services.library.domain.share import Share

_SELECT = (
    "SELECT s.share_id, s.track_id, s.owner_id, s.view, s.created_at, s.expires_at, s.revoked_at FROM shares AS s "
)
_GET = _SELECT + "WHERE s.track_id = $1 AND s.share_id = $2"
_LIVE = _SELECT + (
    "WHERE s.track_id = $1 AND s.revoked_at IS NULL AND s.expires_at > $2 ORDER BY s.created_at DESC, s.share_id DESC"
)
# Without their owner's key the segments cannot be read: whoever is erased shares nothing any more.
_OF_DIGEST = _SELECT + (
    "JOIN tracks AS t ON t.track_id = s.track_id AND t.deleting_at IS NULL"
    " JOIN user_keys AS k ON k.owner_id = s.owner_id WHERE s.token_sha256 = $1"
)


class ShareRows:
    """Links within one transaction."""

    def __init__(self, connection: Connection) -> None:
        """`connection` is inside the transaction."""
        self._connection = connection

    async def add(self, share: Share, digest: bytes) -> None:
        """Store a link and its token's digest."""
        await self._connection.execute(
            "INSERT INTO shares (share_id, track_id, owner_id, token_sha256, view, created_at, expires_at, revoked_at)"
            " VALUES ($1, $2, $3, $4, $5, $6, $7, $8)",
            share.share_id,
            share.track_id,
            share.owner_id,
            digest,
            share.view,
            share.created_at,
            share.expires_at,
            share.revoked_at,
        )

    async def live(self, track_id: str, now: datetime.datetime) -> tuple[Share, ...]:
        """A track's links that work, newest first."""
        return tuple(_share(row) for row in await self._connection.fetch(_LIVE, track_id, now))

    async def get(self, track_id: str, share_id: str) -> Share | None:
        """One of a track's links, whether it works or not."""
        return _one(await self._connection.fetchrow(_GET, track_id, share_id))

    async def of_digest(self, digest: bytes) -> Share | None:
        """The link of a token, of a track that is not deleted and whose owner's key is held; ended ones too."""
        return _one(await self._connection.fetchrow(_OF_DIGEST, digest))

    async def save(self, share: Share) -> None:
        """Store when a link was revoked."""
        await self._connection.execute(
            "UPDATE shares SET revoked_at = $2 WHERE share_id = $1", share.share_id, share.revoked_at
        )

    async def drop(self, track_id: str) -> None:
        """Remove a track's links."""
        await self._connection.execute("DELETE FROM shares WHERE track_id = $1", track_id)

    async def forget(self, ended_before: datetime.datetime) -> None:
        """Remove links that ended before that moment."""
        await self._connection.execute(
            "DELETE FROM shares WHERE LEAST(expires_at, revoked_at) < $1",
            ended_before,
        )


def _one(row: asyncpg.Record | None) -> Share | None:
    return None if row is None else _share(row)


def _share(row: asyncpg.Record) -> Share:
    return Share(
        share_id=row["share_id"],
        track_id=row["track_id"],
        owner_id=row["owner_id"],
        view=row["view"],
        created_at=row["created_at"],
        expires_at=row["expires_at"],
        revoked_at=row["revoked_at"],
    )
