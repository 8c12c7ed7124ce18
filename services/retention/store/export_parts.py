"""Parts of exports in PostgreSQL, with the content of those that are documents."""

from __future__ import annotations

import dataclasses
from collections.abc import Mapping, Sequence

import asyncpg

from chassis.db.transaction import Connection
from services.retention.domain.export import OURS, Given, Part

_SELECT = (
    "SELECT position, holder, name, kind, media_type, schema, version, size_bytes, crc32, archive_offset"
    " FROM export_parts WHERE export_id = $1 AND size_bytes IS NOT NULL"
)

POSITION_AT = (
    "SELECT position FROM export_parts WHERE export_id = $1 AND archive_offset <= $2"
    " ORDER BY archive_offset DESC LIMIT 1"
)


@dataclasses.dataclass(frozen=True)
class Placed:
    """A whole part, and the byte of the archive that its entry begins at once that is laid out."""

    part: Part
    archive_offset: int


class PartRows:
    """Parts within one transaction."""

    def __init__(self, connection: Connection) -> None:
        """`connection` is inside the transaction."""
        self._connection = connection

    async def resume(self, export_id: str) -> Mapping[str, str]:
        """Drop what is not whole, and what is about the archive itself; the last part's name of each holder."""
        await self._connection.execute(
            "DELETE FROM export_parts WHERE export_id = $1 AND (size_bytes IS NULL OR holder = $2)", export_id, OURS
        )
        rows = await self._connection.fetch(
            "SELECT DISTINCT ON (holder) holder, name FROM export_parts WHERE export_id = $1"
            " ORDER BY holder, position DESC",
            export_id,
        )
        return {row["holder"]: row["name"] for row in rows}

    async def next_position(self, export_id: str, first: int) -> int:
        """The place after the last."""
        place: int = await self._connection.fetchval(
            "SELECT greatest(max(position) + 1, $2) FROM export_parts WHERE export_id = $1", export_id, first
        )
        return place

    async def add(self, export_id: str, position: int, holder: str, given: Given) -> None:
        """One that begins."""
        await self._connection.execute(
            "INSERT INTO export_parts (export_id, position, holder, name, kind, media_type, schema, version)"
            " VALUES ($1, $2, $3, $4, $5, $6, $7, $8)",
            *(export_id, position, holder, given.name, given.kind, given.media_type, given.schema, given.version),
        )

    async def add_content(self, export_id: str, position: int, offset_bytes: int, content: bytes) -> None:
        """A document goes on."""
        await self._connection.execute(
            "INSERT INTO export_contents (export_id, position, offset_bytes, content) VALUES ($1, $2, $3, $4)",
            *(export_id, position, offset_bytes, content),
        )

    async def end(self, export_id: str, position: int, size_bytes: int, crc32: int) -> None:
        """It is whole."""
        await self._connection.execute(
            "UPDATE export_parts SET size_bytes = $3, crc32 = $4 WHERE export_id = $1 AND position = $2",
            *(export_id, position, size_bytes, crc32),
        )

    async def place(self, export_id: str, offsets: Mapping[int, int]) -> None:
        """Note where entries begin, by position."""
        await self._connection.execute(
            "UPDATE export_parts AS p SET archive_offset = o.byte"
            " FROM unnest($2::int[], $3::bigint[]) AS o (position, byte)"
            " WHERE p.export_id = $1 AND p.position = o.position",
            *(export_id, list(offsets), list(offsets.values())),
        )

    async def page(self, export_id: str, after: int, limit: int) -> Sequence[Placed]:
        """Whole ones after a position, in order."""
        rows = await self._connection.fetch(
            f"{_SELECT} AND position > $2 ORDER BY position LIMIT $3", export_id, after, limit
        )
        return [_placed(row) for row in rows]

    async def position_at(self, export_id: str, byte: int) -> int | None:
        """The position of the part whose entry that byte of the archive lies in, or of the last; None without any."""
        position: int | None = await self._connection.fetchval(POSITION_AT, export_id, byte)
        return position

    async def content_at(self, export_id: str, position: int, byte: int) -> tuple[int, bytes] | None:
        """The piece of a document that a byte of it lies in, and where the piece begins."""
        row = await self._connection.fetchrow(
            "SELECT offset_bytes, content FROM export_contents WHERE export_id = $1 AND position = $2"
            " AND offset_bytes <= $3 ORDER BY offset_bytes DESC LIMIT 1",
            *(export_id, position, byte),
        )
        return None if row is None else (row["offset_bytes"], row["content"])


def _placed(row: asyncpg.Record) -> Placed:
    given = Given(row["name"], row["kind"], row["media_type"], row["schema"], row["version"], row["size_bytes"])
    part = Part(row["position"], row["holder"], given, row["size_bytes"], row["crc32"])
    return Placed(part, row["archive_offset"] or 0)
