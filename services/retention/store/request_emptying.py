"""Of a request about privacy, what goes and what stays as the record that there was one."""

from __future__ import annotations

import datetime

from chassis.db.transaction import Connection

EMPTIED = (
    "user_id = '', reply_to = '', text = '', extension = '', answer = '', token_hash = NULL, idempotency_key = '',"
    " untold = '', tell_at = NULL"
)
"""What is set to let nothing be left that was written, or that leads to anybody: number, kind and days stay."""


async def drop_requests(connection: Connection, user_id: str, at: datetime.datetime) -> None:
    """Let nothing of somebody's be left, in the work that erases them; what waited is closed."""
    await connection.execute(
        f"UPDATE privacy_requests SET {EMPTIED}, state = CASE WHEN state = 'open' THEN 'closed' ELSE state END,"  # noqa: S608 - the constant above
        " ending = CASE WHEN state = 'open' THEN 'erased' ELSE ending END, ended_at = coalesce(ended_at, $2)"
        " WHERE user_id = $1 AND user_id <> ''",
        *(user_id, at),
    )
