"""How far a track's separation is."""

from __future__ import annotations

from services.separation.app.ports import Jobs
from services.separation.domain.errors import JobNotFound
from services.separation.domain.job import Job, JobState
from services.separation.domain.progress import Queue


async def get_job_of_track(jobs: Jobs, owner_id: str, track_id: str) -> tuple[Job, Queue]:
    """The newest job of a track and what lies before it. Raises JobNotFound, also for another's track."""
    async with jobs.transaction() as work:
        job = await work.newest_of_track(track_id)
        if job is None or job.owner_id != owner_id:
            raise JobNotFound
        waiting = job.state in {JobState.QUEUED, JobState.RUNNING}
        return job, (await work.queues_before([job]))[job.job_id] if waiting else Queue()
