"""Erase all that is held of a person: their jobs."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from services.separation.app.ports import Jobs, Wake


@dataclass(frozen=True, slots=True)
class Erased:
    """How far it has come, and what it took away in all, by kind."""

    is_finished: bool
    counts: Mapping[str, int]


async def erase_jobs(jobs: Jobs, wake: Wake, owner_id: str) -> Erased:
    """Stop the jobs, and remove those that are concluded. Idempotent; asked again until it is finished.

    A job that has not told billing and the library its end is kept until the sweeper has: its minutes would stay set
    aside for ever.
    """
    async with jobs.transaction() as work:
        left, counts = await work.erase_jobs_of(owner_id)
    if left:
        wake()
    return Erased(left == 0, counts)
