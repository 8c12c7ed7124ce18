"""Tell the library and billing how a job ended, and the world that it did."""

from __future__ import annotations

from services.separation.app.ports import Jobs, Ledger, Materials, Measures
from services.separation.domain.facts import JobConcluded
from services.separation.domain.job import JobState, whole_seconds


async def conclude_job(jobs: Jobs, materials: Materials, ledger: Ledger, measures: Measures, job_id: str) -> None:
    """Conclude an ended job. Idempotent: each step may be repeated, the fact goes out once.

    Raises DependencyAway.
    """
    async with jobs.transaction() as work:
        job = await work.get(job_id)
    if job is None or not job.state.ended or job.concluded_at is not None:
        return
    await materials.conclude_track(job)
    if job.state is JobState.COMPLETED:
        await ledger.settle(job.job_id, whole_seconds(job.counted_samples or 0, job.audio.rate_hz))
    else:
        await ledger.release(job.job_id)
    async with jobs.transaction() as work:
        if not await work.conclude(job_id):
            return
        await work.publish(JobConcluded(job.job_id, job.track_id, job.upload_id, job.owner_id, job.state))
    measures.ended(job.state, job.failure)
