"""Ordered SQL files, applied once each under a lock, with recorded checksums."""

from __future__ import annotations

import hashlib
import logging
import re
from pathlib import Path

from chassis import logs
from chassis.db.pool import Database

_log = logging.getLogger(__name__)
_NAME = re.compile(r"^\d{4}_(pre|post)_[a-z0-9_]+\.sql$")
_OUTBOX = Path(__file__).parent / "outbox.sql"


class MigrationFault(Exception):
    """The migrations on disk do not fit the database; the text says how."""


async def migrate(database: Database, folder: Path) -> list[str]:
    """Apply the files of `folder` that are not applied yet, each in one transaction; their names.

    Safe to run by several processes at once. Raises MigrationFault when an applied file was changed or is gone.
    """
    files = [("0000_pre_outbox.sql", _OUTBOX), *((path.name, path) for path in sorted(folder.glob("*.sql")))]
    if strange := [name for name, _ in files if not _NAME.match(name)]:
        raise MigrationFault(f"not a migration's name (NNNN_pre_what.sql or NNNN_post_what.sql): {', '.join(strange)}")
    connection = await database.connect()
    try:
        await connection.execute("SELECT pg_advisory_lock(hashtext($1))", f"migrate {database.schema}")
        await connection.execute(
            "CREATE TABLE IF NOT EXISTS migrations"
            " (name text PRIMARY KEY, checksum text NOT NULL, applied_at timestamptz NOT NULL DEFAULT now())"
        )
        applied = {
            row["name"]: row["checksum"] for row in await connection.fetch("SELECT name, checksum FROM migrations")
        }
        fresh: list[str] = []
        for name, path in files:
            text = path.read_text()
            checksum = hashlib.sha256(text.encode()).hexdigest()
            if name in applied:
                if applied[name] != checksum:
                    raise MigrationFault(f"{name} was changed after it was applied; add a new migration instead")
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
