"""A listener stops a job."""

from __future__ import annotations

from services.separation.app.line_up import line_up
from services.separation.app.ports import Jobs, Wake
from services.separation.domain.errors import JobNotFound
from services.separation.domain.job import Job


async def cancel_job(jobs: Jobs, wake: Wake, job_id: str, owner_id: str) -> Job:
    """Cancel, and have the sweeper conclude it at once. A job that has ended stays as it ended. Raises JobNotFound."""
    async with jobs.transaction() as work:
        job = await work.get(job_id)
        if job is None or job.owner_id != owner_id:
            raise JobNotFound
        if await work.cancel(job_id):
            await line_up(work, owner_id)
            job = await work.get(job_id)
    wake()
    if job is None:
        raise JobNotFound
    return job
