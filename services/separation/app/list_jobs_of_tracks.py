"""How far the separations of several tracks are."""

from __future__ import annotations

from collections.abc import Sequence
from contextlib import AbstractAsyncContextManager
from typing import Protocol

from services.separation.app.ports import JobWork
from services.separation.domain.job import Job, JobState
from services.separation.domain.progress import Queue

TRACKS_MAX = 200
PLACES_MAX = 50
"""Finding which other tiers are served before a job takes as long as what waits there: so it is done for this many."""
_MOVING = frozenset({JobState.QUEUED, JobState.RUNNING})


class BatchWork(JobWork, Protocol):
    """A transaction that can read the jobs of several tracks."""

    async def newest_of_tracks(self, owner_id: str, track_ids: Sequence[str]) -> Sequence[Job]:
        """The newest job of each of these tracks, where it is the owner's."""
        ...


class BatchJobs(Protocol):
    """Where such transactions come from. Raises DependencyAway when the database is away."""

    def transaction(self) -> AbstractAsyncContextManager[BatchWork]:
        """Commit when the block ends, roll back when it raises."""
        ...


async def list_jobs_of_tracks(jobs: BatchJobs, owner_id: str, track_ids: Sequence[str]) -> Sequence[tuple[Job, Queue]]:
    """The newest job of each track, oldest first, and what lies before it.

    Of more than 200 tracks the first 200 count. Of more than 50 jobs that wait or run the 50 oldest are told: a job
    whose place was not looked up would look like the next in line.
    """
    async with jobs.transaction() as work:
        found = await work.newest_of_tracks(owner_id, track_ids[:TRACKS_MAX])
        newest = sorted(found, key=lambda job: (job.created_at, job.job_id))
        told: list[tuple[Job, Queue]] = [(job, Queue()) for job in newest if job.state not in _MOVING]
        moving = [job for job in newest if job.state in _MOVING][:PLACES_MAX]
        if moving:
            before = await work.queues_before(moving)
            told += [(job, before[job.job_id]) for job in moving]
        return sorted(told, key=lambda each: (each[0].created_at, each[0].job_id))
