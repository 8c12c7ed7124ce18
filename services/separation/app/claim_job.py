"""A worker takes up a job."""

from __future__ import annotations

from services.separation.app.line_up import line_up
from services.separation.app.ports import Jobs
from services.separation.domain.job import GAVE_UP, Ending, Job, JobState
from services.separation.domain.tiers import Tier


async def claim_job(jobs: Jobs, tier: Tier, worker: str, *, lease_s: float, attempts_max: int) -> Job | None:
    """The job whose turn it is in a tier, under a fresh lease; None when there is none.

    One that has used up its tries is ended as failed instead, and returned so: whoever gets it concludes it.
    """
    async with jobs.transaction() as work:
        job = await work.claim(tier, worker, lease_s)
        if job is None or job.tries <= attempts_max:
            return job
        await work.end(job.job_id, job.attempt, Ending(JobState.FAILED, failure=GAVE_UP), conclude_after_s=lease_s)
        await line_up(work, job.owner_id)
        return await work.get(job.job_id)
