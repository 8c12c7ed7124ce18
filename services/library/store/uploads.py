"""Uploads and their parts in PostgreSQL."""

from __future__ import annotations

import datetime

import asyncpg

from chassis.db.transaction import Connection
from services.library.app.ports import Place
from services.library.domain.keys import Key
from services.library.domain.upload import HeldUpload, Part, Upload
from services.library.store.keys import KeyRing


class UploadRows:
    """Uploads within one transaction."""

    def __init__(self, connection: Connection, keys: KeyRing) -> None:
        """`connection` is inside the transaction."""
        self._connection = connection
        self._keys = keys

    async def count_open(self, owner_id: str) -> int:
        """Uploads held that no track needs to get on; holds off other counts of this owner until the work commits.

        Those of failed and cancelled tracks count: they fill the disk until their deadline.
        """
        await self._keys.ensure_user_key(self._connection, owner_id)
        await self._connection.execute("SELECT owner_id FROM user_keys WHERE owner_id = $1 FOR UPDATE", owner_id)
        count = await self._connection.fetchval(
            "SELECT count(upload_id) FROM uploads WHERE owner_id = $1 AND wrapped_key IS NOT NULL"
            " AND NOT EXISTS (SELECT 1 FROM tracks WHERE tracks.upload_id = uploads.upload_id"
            " AND tracks.state NOT IN ('failed', 'cancelled'))",
            owner_id,
        )
        return int(count)

    async def add(self, upload: Upload, key: Key) -> None:
        """Store a new upload and its key."""
        user_key = await self._keys.ensure_user_key(self._connection, upload.owner_id)
        await self._connection.execute(
            "INSERT INTO uploads (upload_id, owner_id, length_bytes, offset_bytes, file_name, wrapped_key, created_at,"
            " erased_by) VALUES ($1, $2, $3, $4, $5, $6, $7, $8)",
            upload.upload_id,
            upload.owner_id,
            upload.length_bytes,
            upload.offset_bytes,
            upload.file_name,
            self._keys.wrap(user_key, upload.upload_id, key),
            upload.created_at,
            upload.erased_by,
        )

    async def get(self, owner_id: str, upload_id: str) -> Upload | None:
        """One of the owner's uploads, erased ones too."""
        row = await self._connection.fetchrow(
            "SELECT upload_id, owner_id, length_bytes, offset_bytes, file_name, created_at, erased_by, erased_at,"
            " wrapped_key IS NOT NULL AS key_held FROM uploads WHERE upload_id = $1 AND owner_id = $2",
            upload_id,
            owner_id,
        )
        return _upload(row) if row else None

    async def locked(self, upload_id: str) -> Upload | None:
        """An upload whose row nobody else changes until the work commits."""
        row = await self._connection.fetchrow(
            "SELECT upload_id, owner_id, length_bytes, offset_bytes, file_name, created_at, erased_by, erased_at,"
            " wrapped_key IS NOT NULL AS key_held FROM uploads WHERE upload_id = $1 FOR UPDATE",
            upload_id,
        )
        return _upload(row) if row else None

    async def claim(self, upload_id: str, offset_bytes: int, writer_id: str) -> bool:
        """Make this writer the only one; false unless the upload is held and stands at the offset."""
        tag = await self._connection.execute(
            "UPDATE uploads SET writer_id = $3 WHERE upload_id = $1 AND offset_bytes = $2 AND wrapped_key IS NOT NULL",
            upload_id,
            offset_bytes,
            writer_id,
        )
        return bool(tag == "UPDATE 1")

    async def append(self, upload_id: str, part: Part, writer_id: str) -> bool:
        """Record a stored part; false unless the writer is still the only one and the part begins at the offset."""
        tag = await self._connection.execute(
            "UPDATE uploads SET offset_bytes = offset_bytes + $4"
            " WHERE upload_id = $1 AND offset_bytes = $2 AND writer_id = $3 AND wrapped_key IS NOT NULL",
            upload_id,
            part.offset_bytes,
            writer_id,
            part.length_bytes,
        )
        if tag != "UPDATE 1":
            return False
        await self._connection.execute(
            "INSERT INTO upload_parts (upload_id, offset_bytes, length_bytes, object_name) VALUES ($1, $2, $3, $4)",
            upload_id,
            part.offset_bytes,
            part.length_bytes,
            part.object_name,
        )
        return True

    async def count_parts(self, upload_id: str) -> int:
        """Parts stored."""
        return int(
            await self._connection.fetchval(
                "SELECT count(offset_bytes) FROM upload_parts WHERE upload_id = $1", upload_id
            )
        )

    async def key(self, upload: Upload) -> Key | None:
        """The key of its parts; None once destroyed."""
        wrapped = await self._connection.fetchval(
            "SELECT wrapped_key FROM uploads WHERE upload_id = $1", upload.upload_id
        )
        user_key = await self._keys.user_key(self._connection, upload.owner_id)
        if wrapped is None or user_key is None:
            return None
        return self._keys.unwrap(user_key, upload.upload_id, wrapped)

    async def parts(self, upload_id: str) -> tuple[Part, ...]:
        """Its parts, in order."""
        rows = await self._connection.fetch(
            "SELECT object_name, offset_bytes, length_bytes FROM upload_parts WHERE upload_id = $1"
            " ORDER BY offset_bytes",
            upload_id,
        )
        return tuple(Part(row["object_name"], row["offset_bytes"], row["length_bytes"]) for row in rows)

    async def destroy_key(self, upload_id: str) -> None:
        """Make every part unreadable for good."""
        await self._connection.execute("UPDATE uploads SET wrapped_key = NULL WHERE upload_id = $1", upload_id)

    async def mark_erased(self, upload_id: str, at: datetime.datetime) -> None:
        """Its objects are gone: forget its names and parts."""
        await self._connection.execute(
            "UPDATE uploads SET erased_at = $2, file_name = ''"
            " WHERE upload_id = $1 AND wrapped_key IS NULL AND erased_at IS NULL",
            upload_id,
            at,
        )
        await self._connection.execute(
            "DELETE FROM upload_parts USING uploads WHERE upload_parts.upload_id = $1"
            " AND uploads.upload_id = $1 AND uploads.erased_at IS NOT NULL",
            upload_id,
        )

    async def held(
        self, after: Place | None, limit: int, created_before: datetime.datetime | None
    ) -> tuple[HeldUpload, ...]:
        """Uploads not erased, oldest first; with a moment, only the finished and those created before it."""
        rows = await self._connection.fetch(
            "SELECT upload_id, owner_id, created_at, finished FROM ("
            " SELECT u.upload_id, u.owner_id, u.created_at,"
            " u.wrapped_key IS NULL OR coalesce(t.state = 'ready' OR t.deleting_at IS NOT NULL, false) AS finished"
            " FROM uploads u LEFT JOIN tracks t ON t.upload_id = u.upload_id"
            " WHERE u.erased_at IS NULL AND ($1::timestamptz IS NULL OR (u.created_at, u.upload_id) > ($1, $2))"
            ") AS held WHERE $3::timestamptz IS NULL OR finished OR created_at < $3"
            " ORDER BY created_at, upload_id LIMIT $4",
            after.created_at if after else None,
            after.row_id if after else "",
            created_before,
            limit,
        )
        return tuple(HeldUpload(row["upload_id"], row["owner_id"], row["created_at"], row["finished"]) for row in rows)

    async def half_erased(self, limit: int) -> tuple[str, ...]:
        """Uploads whose key is destroyed and whose objects may be left."""
        rows = await self._connection.fetch(
            "SELECT upload_id FROM uploads WHERE erased_at IS NULL AND wrapped_key IS NULL"
            " ORDER BY created_at LIMIT $1",
            limit,
        )
        return tuple(row["upload_id"] for row in rows)

    async def forget(self, erased_before: datetime.datetime, of_erased_people_before: datetime.datetime) -> None:
        """Remove the rows of erased uploads that no track refers to; those of erased people from another moment on."""
        await self._connection.execute(
            "DELETE FROM uploads WHERE (erased_at < $1 OR (erased_at < $2"
            " AND EXISTS (SELECT 1 FROM erased_people WHERE erased_people.user_id = uploads.owner_id)))"
            " AND NOT EXISTS (SELECT 1 FROM tracks WHERE tracks.upload_id = uploads.upload_id)",
            erased_before,
            of_erased_people_before,
        )


def _upload(row: asyncpg.Record) -> Upload:
    return Upload(
        upload_id=row["upload_id"],
        owner_id=row["owner_id"],
        length_bytes=row["length_bytes"],
        offset_bytes=row["offset_bytes"],
        file_name=row["file_name"],
        created_at=row["created_at"],
        erased_by=row["erased_by"],
        key_held=row["key_held"],
        erased_at=row["erased_at"],
    )
