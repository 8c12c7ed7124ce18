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
            # The listener may have chosen a cover before anything was known of the file: that row has no words yet.
            " ON CONFLICT (track_id) DO UPDATE SET album = excluded.album, track_number = excluded.track_number,"
            " year = excluded.year, genre = excluded.genre WHERE track_tags.cover_chosen"
            " AND track_tags.album || track_tags.track_number || track_tags.year || track_tags.genre = ''",
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
        """Store where its file's cover lies, and its key; false when it has one, no tags, or its listener chose."""
        user_key = await self._keys.ensure_user_key(self._connection, owner_id)
        status = await self._connection.execute(
            "UPDATE track_tags SET cover_object = $2, cover_type = $3, cover_bytes = $4, wrapped_key = $5"
            " WHERE track_id = $1 AND wrapped_key IS NULL AND NOT cover_chosen",
            track_id,
            cover.object_name,
            cover.media_type,
            cover.size_bytes,
            self._keys.wrap(user_key, cover.object_name, key),
        )
        return bool(status == "UPDATE 1")

    async def choose_cover(self, owner_id: str, track_id: str, cover: CoverObject, key: Key) -> str:
        """Store where the cover that its listener sent lies, and so destroy the key of the one before.

        Name of that one's object, "" where there was none. Within a work that holds the track's row.
        """
        before = await self._cover_object(track_id)
        user_key = await self._keys.ensure_user_key(self._connection, owner_id)
        await self._connection.execute(
            "INSERT INTO track_tags (track_id, album, track_number, year, genre, cover_object, cover_type, cover_bytes,"
            " wrapped_key, cover_chosen) VALUES ($1, '', '', '', '', $2, $3, $4, $5, true)"
            " ON CONFLICT (track_id) DO UPDATE SET cover_object = excluded.cover_object,"
            " cover_type = excluded.cover_type, cover_bytes = excluded.cover_bytes, wrapped_key = excluded.wrapped_key,"
            " cover_chosen = true",
            track_id,
            cover.object_name,
            cover.media_type,
            cover.size_bytes,
            self._keys.wrap(user_key, cover.object_name, key),
        )
        return before

    async def drop_cover(self, track_id: str) -> str:
        """Destroy the key of a track's cover, and take none of its file from now on.

        Name of the cover's object, "" where there was none. Within a work that holds the track's row.
        """
        before = await self._cover_object(track_id)
        await self._connection.execute(
            "INSERT INTO track_tags (track_id, album, track_number, year, genre, cover_chosen)"
            " VALUES ($1, '', '', '', '', true) ON CONFLICT (track_id) DO UPDATE SET cover_object = NULL,"
            " cover_type = NULL, cover_bytes = NULL, wrapped_key = NULL, cover_chosen = true",
            track_id,
        )
        return before

    async def _cover_object(self, track_id: str) -> str:
        name = await self._connection.fetchval("SELECT cover_object FROM track_tags WHERE track_id = $1", track_id)
        return name or ""

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
