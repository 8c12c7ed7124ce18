"""Ordered SQL files, applied once each under a lock, with recorded checksums."""

from __future__ import annotations

import asyncio
import hashlib
import logging
import re
from pathlib import Path
from typing import Literal, TypeAlias

from chassis import logs
from chassis.db.pool import Database
from chassis.db.transaction import Connection

_log = logging.getLogger(__name__)
_NAME = re.compile(r"^\d{4}_(pre|post)_[a-z0-9_]+\.sql$")
_OUTBOX_NAME = "0000_pre_outbox.sql"
_OUTBOX = Path(__file__).parent / "outbox.sql"
_LOCK_S = 300.0
_LOCK_PAUSE_S = 0.1

Stage: TypeAlias = Literal["pre", "post"]


class MigrationFault(Exception):
    """The migrations on disk do not fit the database; the text says how."""


async def migrate_at(url: str, schema: str, folder: Path) -> None:
    """Bring the schema at `url` up to date over a connection of its own; raises as `migrate` does."""
    database = Database(url, schema, size_max=1)
    await database.start()
    try:
        await migrate(database, folder)
    finally:
        await database.stop()


async def migrate(database: Database, folder: Path, *, stage: Stage | None = None) -> list[str]:
    """Apply the files of `folder` that are not applied yet, each in one transaction; their names.

    `pre` files must suit the code that runs now and run before the new code; `post` files run after the old code is
    gone. Without a `stage` both are applied, in order of name. Safe to run by several processes at once.

    Raises MigrationFault when the folder is missing, a name is wrong, or an applied file was changed. A file that is
    gone is no fault, because a roll-back runs older code on a newer schema.
    """
    files = _read(folder)
    connection = await database.connect()
    try:
        await _lock(connection, database.schema)
        await connection.execute(
            "CREATE TABLE IF NOT EXISTS migrations"
            " (name text PRIMARY KEY, checksum text NOT NULL, applied_at timestamptz NOT NULL DEFAULT now())"
        )
        rows = await connection.fetch("SELECT name, checksum FROM migrations")
        applied: dict[str, str] = {row["name"]: row["checksum"] for row in rows}
        fresh: list[str] = []
        for name, text in files.items():
            checksum = hashlib.sha256(text.encode()).hexdigest()
            if applied.get(name, checksum) != checksum:
                raise MigrationFault(f"{name} was changed after it was applied; add a new migration instead")
            if name in applied or (stage is not None and f"_{stage}_" not in name[:10]):
                continue
            async with connection.transaction():
                await connection.execute(text)
                await connection.execute("INSERT INTO migrations (name, checksum) VALUES ($1, $2)", name, checksum)
            fresh.append(name)
        if fresh:
            logs.event(_log, logging.INFO, "migrated", count=len(fresh))
        return fresh
    finally:
        await connection.close()


def _read(folder: Path) -> dict[str, str]:
    if not folder.is_dir():
        raise MigrationFault(f"there is no folder {folder}")
    paths = {_OUTBOX_NAME: _OUTBOX, **{path.name: path for path in sorted(folder.glob("*.sql"))}}
    if strange := [name for name in paths if not _NAME.match(name)]:
        raise MigrationFault(f"not a migration's name (NNNN_pre_what.sql or NNNN_post_what.sql): {', '.join(strange)}")
    return {name: path.read_text(encoding="utf-8") for name, path in paths.items()}


async def _lock(connection: Connection, schema: str) -> None:
    # Waiting for another process's migrations may take longer than any statement may.
    async with asyncio.timeout(_LOCK_S):
        while not await connection.fetchval(  # noqa: ASYNC110 - the other process cannot set our event
            "SELECT pg_try_advisory_lock(hashtext($1))", f"migrate {schema}"
        ):
            await asyncio.sleep(_LOCK_PAUSE_S)
