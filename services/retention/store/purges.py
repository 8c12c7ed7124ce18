"""Purges in PostgreSQL."""

from __future__ import annotations

import contextlib
import datetime
import json
from collections.abc import AsyncIterator, Sequence

import asyncpg

from chassis.db.pool import Database
from chassis.db.transaction import Connection, transaction
from services.retention.domain.purge import Purge

_COLUMNS = "holder, data_class, noted_at, due_at, finished_at, tries, fault, counts, by_own_clock"


class PurgeStore:
    """Units of work on purges."""

    def __init__(self, database: Database) -> None:
        """In retention's own schema."""
        self._database = database

    @contextlib.asynccontextmanager
    async def transaction(self) -> AsyncIterator[PostgresPurgeWork]:
        """A unit of work."""
        async with transaction(self._database) as tx:
            yield PostgresPurgeWork(tx.connection)


class PostgresPurgeWork:
    """One unit of work."""

    def __init__(self, connection: Connection) -> None:
        """Made by `PurgeStore.transaction`."""
        self._connection = connection

    async def plan(self, purges: Sequence[Purge]) -> None:
        """Note those that are not known yet; the others stay as they are."""
        await self._connection.executemany(
            "INSERT INTO purges (holder, data_class, noted_at, due_at) VALUES ($1, $2, $3, $4) ON CONFLICT DO NOTHING",
            [(each.holder, each.data_class, each.noted_at, each.due_at) for each in purges],
        )

    async def claim(self, now: datetime.datetime, until: datetime.datetime, limit: int) -> Sequence[Purge]:
        """Take the longest due that nobody has taken; they are left alone by others until then."""
        rows = await self._connection.fetch(
            "WITH taken AS MATERIALIZED (SELECT holder AS of, data_class AS kind FROM purges WHERE due_at <= $1"  # noqa: S608 - the columns above
            " ORDER BY due_at, holder, data_class LIMIT $3 FOR UPDATE SKIP LOCKED)"
            " UPDATE purges SET due_at = $2 FROM taken WHERE (holder, data_class) = (taken.of, taken.kind)"
            f" RETURNING {_COLUMNS}",
            now,
            until,
            limit,
        )
        return [_purge(row) for row in rows]

    async def locked(self, holder: str, data_class: str) -> Purge:
        """One that was claimed, which nobody else changes until the work commits."""
        return _purge(
            await self._connection.fetchrow(
                f"SELECT {_COLUMNS} FROM purges WHERE holder = $1 AND data_class = $2 FOR UPDATE",  # noqa: S608 - the same
                holder,
                data_class,
            )
        )

    async def save(self, purge: Purge) -> None:
        """Store the changes of a locked one."""
        await self._connection.execute(
            "UPDATE purges SET due_at = $3, finished_at = $4, tries = $5, fault = $6, counts = $7, by_own_clock = $8"
            " WHERE holder = $1 AND data_class = $2",
            *(purge.holder, purge.data_class, purge.due_at, purge.finished_at, purge.tries, purge.fault),
            json.dumps(dict(purge.counts), sort_keys=True),
            list(purge.by_own_clock),
        )

    async def all(self) -> Sequence[Purge]:
        """Every one as it was committed last."""
        rows = await self._connection.fetch(f"SELECT {_COLUMNS} FROM purges ORDER BY holder, data_class")  # noqa: S608 - the same
        return [_purge(row) for row in rows]


def _purge(row: asyncpg.Record | None) -> Purge:
    # Rows are never removed, and only what was claimed is asked for.
    assert row is not None
    return Purge(
        *(row["holder"], row["data_class"], row["noted_at"], row["due_at"]),
        finished_at=row["finished_at"],
        tries=row["tries"],
        fault=row["fault"],
        counts=json.loads(row["counts"]),
        by_own_clock=tuple(row["by_own_clock"]),
    )
