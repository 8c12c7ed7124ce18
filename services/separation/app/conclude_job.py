"""Tell the library and billing how a job ended, and the world that it did."""

from __future__ import annotations

from services.separation.app.ports import Jobs, Ledger, Materials, Measures
from services.separation.domain.facts import JobConcluded
from services.separation.domain.job import JobState, whole_seconds


async def conclude_job(jobs: Jobs, materials: Materials, ledger: Ledger, measures: Measures, job_id: str) -> None:
    """Conclude an ended job. Idempotent: each step may be repeated, the fact goes out once.

    The library has the last word: a job that completed just after its track was stopped, deleted or begun anew counts
    as cancelled, costs nothing, and leaves the upload to whoever separates it next. Raises DependencyAway.
    """
    async with jobs.transaction() as work:
        job = await work.get(job_id)
    if job is None or not job.state.ended or job.concluded_at is not None:
        return
    is_wanted = await materials.conclude_track(job)
    outcome = JobState.CANCELLED if job.state is JobState.COMPLETED and not is_wanted else job.state
    if outcome is JobState.COMPLETED:
        await ledger.settle(job.job_id, whole_seconds(job.counted_samples or 0, job.audio.rate_hz))
    else:
        await ledger.release(job.job_id)
    async with jobs.transaction() as work:
        if not await work.conclude(job_id):
            return
        await work.publish(JobConcluded(job.job_id, job.track_id, job.upload_id, job.owner_id, outcome))
    measures.ended(outcome, job.failure)
