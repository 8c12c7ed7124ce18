"""The erasure of a person's jobs in PostgreSQL. One transaction's statements."""

from __future__ import annotations

import datetime
from collections.abc import Mapping

from chassis.db.erased import ErasedPeople
from chassis.db.transaction import Connection


async def erase_jobs_of(connection: Connection, now: datetime.datetime, owner_id: str) -> tuple[int, Mapping[str, int]]:
    """Cancel what has not ended, remove what is concluded; how many jobs are left, and what was removed in all."""
    erased = ErasedPeople(connection)
    await erased.begin(owner_id)
    await connection.execute(
        "UPDATE jobs SET state = 'cancelled', worker = NULL, lease_until = NULL, ended_at = $2, conclude_at = $2"
        " WHERE owner_id = $1 AND ended_at IS NULL",
        owner_id,
        now,
    )
    # One whose conclusion was put off is tried now as well.
    await connection.execute(
        "UPDATE jobs SET conclude_at = least(conclude_at, $2) WHERE owner_id = $1 AND concluded_at IS NULL",
        owner_id,
        now,
    )
    tag: str = await connection.execute("DELETE FROM jobs WHERE owner_id = $1 AND concluded_at IS NOT NULL", owner_id)
    await erased.count(owner_id, {"jobs": int(tag.rpartition(" ")[2])})
    left = int(await connection.fetchval("SELECT count(job_id) FROM jobs WHERE owner_id = $1", owner_id))
    if not left:
        await erased.finish(owner_id)
    return left, await erased.counts(owner_id)
