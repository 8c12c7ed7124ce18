"""Tags of tracks' files and their covers in PostgreSQL, with the covers' wrapped keys."""

from __future__ import annotations

from chassis.db.transaction import Connection
from services.library.domain.file_tags import CoverObject, FileTags
from services.library.domain.keys import Key
from services.library.store.keys import KeyRing


class FileTagRows:
    """Tags within one transaction."""

    def __init__(self, connection: Connection, keys: KeyRing) -> None:
        """`connection` is inside the transaction."""
        self._connection = connection
        self._keys = keys

    async def add(self, track_id: str, tags: FileTags) -> None:
        """Store a track's tags; those that it has stay."""
        await self._connection.execute(
            "INSERT INTO track_tags (track_id, album, track_number, year, genre) VALUES ($1, $2, $3, $4, $5)"
            " ON CONFLICT DO NOTHING",
            track_id,
            tags.album,
            tags.track_number,
            tags.year,
            tags.genre,
        )

    async def get(self, track_id: str) -> FileTags:
        """A track's tags."""
        row = await self._connection.fetchrow(
            "SELECT album, track_number, year, genre FROM track_tags WHERE track_id = $1", track_id
        )
        return FileTags(*row) if row is not None else FileTags()

    async def add_cover(self, owner_id: str, track_id: str, cover: CoverObject, key: Key) -> bool:
        """Store where a track's cover lies, and its key; false when it has one, or no tags."""
        user_key = await self._keys.ensure_user_key(self._connection, owner_id)
        status = await self._connection.execute(
            "UPDATE track_tags SET cover_object = $2, cover_type = $3, cover_bytes = $4, wrapped_key = $5"
            " WHERE track_id = $1 AND wrapped_key IS NULL",
            track_id,
            cover.object_name,
            cover.media_type,
            cover.size_bytes,
            self._keys.wrap(user_key, cover.object_name, key),
        )
        return bool(status == "UPDATE 1")

    async def cover(self, owner_id: str, track_id: str) -> tuple[CoverObject, Key] | None:
        """A track's cover and its key."""
        row = await self._connection.fetchrow(
            "SELECT cover_object, cover_type, cover_bytes, wrapped_key FROM track_tags"
            " WHERE track_id = $1 AND wrapped_key IS NOT NULL",
            track_id,
        )
        user_key = await self._keys.user_key(self._connection, owner_id)
        if row is None or user_key is None:
            return None
        name = row["cover_object"]
        key = self._keys.unwrap(user_key, name, row["wrapped_key"])
        return CoverObject(name, row["cover_type"], row["cover_bytes"]), key

    async def drop(self, track_id: str) -> None:
        """Forget a track's tags, and so destroy the key of its cover."""
        await self._connection.execute("DELETE FROM track_tags WHERE track_id = $1", track_id)
