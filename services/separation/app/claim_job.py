"""A worker takes up a job."""

from __future__ import annotations

from services.separation.app.ports import Jobs
from services.separation.domain.job import GAVE_UP, Ending, Job, JobState


async def claim_job(jobs: Jobs, job_id: str, worker: str, *, lease_s: float, attempts_max: int) -> Job | None:
    """The job under a fresh lease; None when it is held or has ended.

    One that has used up its tries is ended as failed instead, and returned so: whoever gets it concludes it.
    """
    async with jobs.transaction() as work:
        job = await work.claim(job_id, worker, lease_s)
        if job is None or job.tries <= attempts_max:
            return job
        await work.end(job_id, job.attempt, Ending(JobState.FAILED, failure=GAVE_UP), conclude_after_s=lease_s)
        return await work.get(job_id)
