"""Exports in PostgreSQL: which there are, who works at them, and when they go."""

from __future__ import annotations

import datetime
from collections.abc import AsyncGenerator, Callable, Collection, Mapping, Sequence

import asyncpg

from chassis.db.pool import Database
from chassis.db.transaction import Connection, transaction
from services.retention.app.export_ports import Wanted
from services.retention.domain.errors import ClosingBegun, ExportLost
from services.retention.domain.export import Ending, Export, ExportState, Given, Layout, Part
from services.retention.store.export_archive import lay_out, pieces_of
from services.retention.store.export_claims import HELD, hold, require_held
from services.retention.store.export_parts import PartRows

_COLUMNS = (
    "export_id, user_id, state, ending, asked_at, attempt, tries, failing_since, fault, fault_since, parts, size_bytes,"
    " directory_at, ready_at, expires_at"
)
_SELECT = f"SELECT {_COLUMNS} FROM exports"  # noqa: S608 - the constant above
_CLAIM = (
    "UPDATE exports SET due_at = $2, attempt = attempt + 1 WHERE export_id = (SELECT export_id FROM exports"  # noqa: S608 - the constant above
    " WHERE state = 'preparing' AND due_at <= $1 ORDER BY due_at LIMIT 1 FOR UPDATE SKIP LOCKED)"
    f" RETURNING {_COLUMNS}"
)
_FIRST_OF_HOLDERS = 2
"""The archive's own two parts come before."""


class ExportStore:
    """Each call is one unit of work."""

    def __init__(self, database: Database) -> None:
        """In retention's own schema."""
        self._database = database

    async def begin(self, export: Export) -> Export:
        """Note it, or tell the one that is being prepared. Raises ClosingBegun for somebody who is being erased."""
        async with transaction(self._database) as tx:
            await _lock(tx.connection, export.user_id)
            if await tx.connection.fetchval(
                "SELECT EXISTS (SELECT 1 FROM account_erasures WHERE user_id = $1 AND finished_at IS NULL)",
                export.user_id,
            ):
                raise ClosingBegun
            await tx.connection.execute(
                "INSERT INTO exports (export_id, user_id, state, asked_at, due_at) VALUES ($1, $2, 'preparing', $3, $3)"
                " ON CONFLICT (user_id) WHERE state = 'preparing' DO NOTHING",
                *(export.export_id, export.user_id, export.asked_at),
            )
            row = await tx.connection.fetchrow(
                f"{_SELECT} WHERE user_id = $1 ORDER BY state = 'preparing' DESC, asked_at DESC LIMIT 1", export.user_id
            )
        return _export(row) if row is not None else export

    async def of_person(self, user_id: str, limit: int) -> Sequence[Export]:
        """Theirs, newest first."""
        async with transaction(self._database) as tx:
            rows = await tx.connection.fetch(
                f"{_SELECT} WHERE user_id = $1 ORDER BY asked_at DESC, export_id DESC LIMIT $2", user_id, limit
            )
        return [_export(row) for row in rows]

    async def get(self, user_id: str, export_id: str) -> Export | None:
        """One of theirs."""
        async with transaction(self._database) as tx:
            row = await tx.connection.fetchrow(f"{_SELECT} WHERE user_id = $1 AND export_id = $2", user_id, export_id)
        return None if row is None else _export(row)

    async def claim(self, now: datetime.datetime, until: datetime.datetime) -> Export | None:
        """Take the longest due; it is left alone by others until then."""
        async with transaction(self._database) as tx:
            row = await tx.connection.fetchrow(_CLAIM, now, until)
        return None if row is None else _export(row)

    async def resume(self, export: Export) -> Mapping[str, str]:
        """Drop what was not finished; the last part's name of each holder that has given any."""
        async with transaction(self._database) as tx:
            await require_held(tx.connection, export)
            return await PartRows(tx.connection).resume(export.export_id)

    async def hold(self, export: Export, until: datetime.datetime) -> None:
        """It is still worked at."""
        async with transaction(self._database) as tx:
            await hold(tx.connection, export, until)

    async def begin_part(self, export: Export, position: int, holder: str, given: Given) -> int:
        """A part begins, at that position or after the last where it is negative; its position."""
        async with transaction(self._database) as tx:
            await require_held(tx.connection, export)
            parts = PartRows(tx.connection)
            place = position if position >= 0 else await parts.next_position(export.export_id, _FIRST_OF_HOLDERS)
            await parts.add(export.export_id, place, holder, given)
            return place

    async def add_content(self, export: Export, position: int, offset_bytes: int, content: bytes) -> None:
        """A document goes on."""
        async with transaction(self._database) as tx:
            await require_held(tx.connection, export)
            await PartRows(tx.connection).add_content(export.export_id, position, offset_bytes, content)

    async def end_part(self, export: Export, position: int, size_bytes: int, crc32: int) -> None:
        """The part is whole."""
        async with transaction(self._database) as tx:
            await require_held(tx.connection, export)
            await PartRows(tx.connection).end(export.export_id, position, size_bytes, crc32)
            if position >= _FIRST_OF_HOLDERS:
                # Its own two are written with each try, and say nothing of how far it is.
                await tx.connection.execute(
                    "UPDATE exports SET parts = parts + 1, size_bytes = size_bytes + $2, tries = 0,"
                    " failing_since = NULL, fault = '', fault_since = NULL WHERE export_id = $1",
                    *(export.export_id, size_bytes),
                )

    async def parts(self, export: Export, after: int, limit: int) -> Sequence[Part]:
        """Whole parts after a position, in the archive's order."""
        async with transaction(self._database) as tx:
            return [placed.part for placed in await PartRows(tx.connection).page(export.export_id, after, limit)]

    async def lay_out(self, export: Export, until: Callable[[], datetime.datetime]) -> Layout:
        """Note where every part lies in the archive; while that goes on it is left alone by others until `until`."""
        return await lay_out(self._database, export, until)

    async def finish(
        self, export: Export, layout: Layout, now: datetime.datetime, expires_at: datetime.datetime
    ) -> None:
        """Let it be read as it was laid out; it takes the place of those before."""
        async with transaction(self._database) as tx:
            await require_held(tx.connection, export)
            replaced = await tx.connection.fetch(
                "UPDATE exports SET state = 'expired', over_at = $3 WHERE user_id = $1 AND state = 'ready'"
                " AND export_id <> $2 RETURNING export_id",
                *(export.user_id, export.export_id, now),
            )
            await tx.connection.execute(
                "UPDATE exports SET state = 'ready', directory_at = $2, size_bytes = $3, ready_at = $4,"
                " expires_at = $5, failing_since = NULL, fault = '', fault_since = NULL,"
                " parts = (SELECT count(position) FROM export_parts WHERE export_id = $1) WHERE export_id = $1",
                *(export.export_id, layout.directory_at, layout.size_bytes, now, expires_at),
            )
            await _empty(tx.connection, replaced)

    async def fail(self, export: Export, fault: str, now: datetime.datetime) -> Export:
        """Note that it cannot go on, and why; as it stands then."""
        async with transaction(self._database) as tx:
            row = await tx.connection.fetchrow(
                f"UPDATE exports SET tries = tries + 1, fault = $3, failing_since = coalesce(failing_since, $4),"  # noqa: S608 - constants of this service
                f" fault_since = CASE WHEN fault = $3 THEN coalesce(fault_since, $4) ELSE $4 END"
                f" WHERE {HELD} RETURNING {_COLUMNS}",
                *(export.export_id, export.attempt, fault, now),
            )
        if row is None:
            raise ExportLost
        return _export(row)

    async def put_off(self, export: Export, due_at: datetime.datetime) -> None:
        """Let it be tried again then; nothing where it was lost."""
        async with transaction(self._database) as tx:
            await tx.connection.execute(
                f"UPDATE exports SET due_at = $3 WHERE {HELD}",  # noqa: S608 - a constant of this service
                *(export.export_id, export.attempt, due_at),
            )

    async def end(self, export: Export, ending: Ending, now: datetime.datetime) -> None:
        """It cannot be completed, or not any more; what was copied for it goes. Nothing where it was lost."""
        async with transaction(self._database) as tx:
            ended = await tx.connection.fetch(
                "UPDATE exports SET state = 'ended', ending = $3, over_at = $4 WHERE export_id = $1 AND attempt = $2"
                " AND state IN ('preparing', 'ready') RETURNING export_id",
                *(export.export_id, export.attempt, ending.value, now),
            )
            await _empty(tx.connection, ended)

    async def expire(self, now: datetime.datetime, limit: int) -> int:
        """Remove what was copied for those whose time is over, some at a time; how many."""
        async with transaction(self._database) as tx:
            rows = await tx.connection.fetch(
                "UPDATE exports SET state = 'expired', over_at = $1 WHERE export_id = ANY(ARRAY(SELECT export_id"
                " FROM exports WHERE state = 'ready' AND expires_at <= $1 LIMIT $2 FOR UPDATE SKIP LOCKED))"
                " RETURNING export_id",
                *(now, limit),
            )
            await _empty(tx.connection, rows)
        return len(rows)

    async def clear(self, limit: int) -> int:
        """Remove lists of what was in those that are over, some parts at a time; how many."""
        async with transaction(self._database) as tx:
            over = await tx.connection.fetchval(
                "SELECT export_id FROM exports WHERE over_at IS NOT NULL AND EXISTS"
                " (SELECT 1 FROM export_parts AS p WHERE p.export_id = exports.export_id) LIMIT 1"
            )
            tag: str = await tx.connection.execute(
                "DELETE FROM export_parts WHERE export_id = $1 AND position = ANY(ARRAY(SELECT position"
                " FROM export_parts WHERE export_id = $1 ORDER BY position LIMIT $2))",
                *(over, limit),
            )
        return int(tag.rpartition(" ")[2])

    async def forget(self, over_before: datetime.datetime, limit: int) -> int:
        """Remove those that were over before then, once their lists are cleared, some at a time; how many."""
        async with transaction(self._database) as tx:
            tag: str = await tx.connection.execute(
                "DELETE FROM exports WHERE export_id = ANY(ARRAY(SELECT export_id FROM exports WHERE over_at < $1"
                " AND NOT EXISTS (SELECT 1 FROM export_parts AS p WHERE p.export_id = exports.export_id)"
                " LIMIT $2 FOR UPDATE SKIP LOCKED))",
                *(over_before, limit),
            )
        return int(tag.rpartition(" ")[2])

    async def oldest(self) -> datetime.datetime | None:
        """When the oldest of those that are being prepared was asked for."""
        async with transaction(self._database) as tx:
            oldest: datetime.datetime | None = await tx.connection.fetchval(
                "SELECT min(asked_at) FROM exports WHERE state = 'preparing'"
            )
        return oldest

    def archive(self, export: Export, start: int, stop: int) -> AsyncGenerator[bytes | Wanted, None]:
        """Bytes [start, stop) of a ready one's archive, but for those of files, which are only told of."""
        return pieces_of(self._database, export, start, stop)


async def drop_exports(connection: Connection, user_id: str, at: datetime.datetime) -> None:
    """Let nothing of somebody's be left, in the work that erases them: what is left of a list of parts is nobody's.

    Deleting that list may take longer than this work should; it is swept away. Whoever is just asking for one, or
    copying for one, is waited for, and what they brought goes too.
    """
    await _lock(connection, user_id)
    dropped = await connection.fetch(
        "UPDATE exports SET user_id = '', state = 'ended', ending = 'deleted', over_at = $2 WHERE user_id = $1"
        " RETURNING export_id",
        *(user_id, at),
    )
    await _empty(connection, dropped)


async def end_exports(connection: Connection, user_id: str, at: datetime.datetime) -> None:
    """Something of somebody's was deleted: whatever was copied before then goes, in the work that notes it."""
    ended = await connection.fetch(
        "UPDATE exports SET state = 'ended', ending = 'deleted', over_at = $2 WHERE user_id = $1"
        " AND state IN ('preparing', 'ready') AND asked_at <= $2 RETURNING export_id",
        *(user_id, at),
    )
    await _empty(connection, ended)


async def _empty(connection: Connection, over: Collection[asyncpg.Record]) -> None:
    """Once their rows are changed, and so locked: whoever copied for one until then has committed."""
    await connection.execute(
        "DELETE FROM export_contents WHERE export_id = ANY($1)", [row["export_id"] for row in over]
    )


async def _lock(connection: Connection, user_id: str) -> None:
    """An export begins, or an erasure does: one after the other, until the work commits."""
    await connection.execute("SELECT pg_advisory_xact_lock(hashtextextended('exports ' || $1, 0))", user_id)


def _export(row: asyncpg.Record) -> Export:
    return Export(
        export_id=row["export_id"],
        user_id=row["user_id"],
        asked_at=row["asked_at"],
        state=ExportState(row["state"]),
        ending=Ending(row["ending"]),
        attempt=row["attempt"],
        tries=row["tries"],
        failing_since=row["failing_since"],
        fault_since=row["fault_since"],
        fault=row["fault"],
        parts=row["parts"],
        size_bytes=row["size_bytes"],
        directory_at=row["directory_at"] or 0,
        ready_at=row["ready_at"],
        expires_at=row["expires_at"],
    )
