"""Who works at an export: whatever a process notes that lost it is refused, in the work that would note it."""

from __future__ import annotations

import datetime

from chassis.db.transaction import Connection
from services.retention.domain.errors import ExportLost
from services.retention.domain.export import Export

HELD = "export_id = $1 AND attempt = $2 AND state = 'preparing'"


async def require_held(connection: Connection, export: Export) -> None:
    """It stays this process's until the work commits. Raises ExportLost."""
    held = await connection.fetchval(
        f"SELECT 1 FROM exports WHERE {HELD} FOR UPDATE",  # noqa: S608 - the constant above
        *(export.export_id, export.attempt),
    )
    if held is None:
        raise ExportLost


async def hold(connection: Connection, export: Export, until: datetime.datetime) -> None:
    """The same, and others leave it alone until then. Raises ExportLost."""
    held = await connection.fetchval(
        f"UPDATE exports SET due_at = $3 WHERE {HELD} RETURNING 1",  # noqa: S608 - the constant above
        *(export.export_id, export.attempt, until),
    )
    if held is None:
        raise ExportLost
