"""Put right what was lost on the way: unheard announcements, dead workers, half-done admissions and conclusions."""

from __future__ import annotations

import contextlib
import logging
from collections.abc import Awaitable
from dataclasses import dataclass

from services.separation.app.conclude_job import conclude_job
from services.separation.app.ports import Jobs, Ledger, Materials, Measures
from services.separation.app.submit_job import finish_admission
from services.separation.domain.errors import (
    AdmissionLapsed,
    DependencyAway,
    JobNotFound,
    MinutesExhausted,
    UploadRefused,
)
from services.separation.domain.facts import JobQueued
from services.separation.domain.job import JobState

_log = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True)
class SweepLimits:
    """How long each kind of loss may last before it is put right, and how many jobs one step touches."""

    announce_again_s: float = 15.0
    admission_s: float = 60.0
    conclude_again_s: float = 5.0
    batch: int = 32
    """Announcing only the oldest queued jobs again keeps the work queue short, however many wait."""


async def sweep(jobs: Jobs, materials: Materials, ledger: Ledger, measures: Measures, limits: SweepLimits) -> None:
    """One round. What cannot be done now is left to the next; only the database being away ends the round."""
    async with jobs.transaction() as work:
        announced = [
            *await work.requeue_expired(limits.batch),
            *await work.take_unanswered(limits.announce_again_s, limits.batch),
        ]
        for job_id in announced:
            await work.publish(JobQueued(job_id))
    async with jobs.transaction() as work:
        stale = await work.stale_admissions(limits.admission_s, limits.batch)
        unconcluded = await work.unconcluded(limits.batch)
        measures.census(await work.census())
    for job_id in stale:
        await _attempt("admission not finished", job_id, _finish_admission(jobs, ledger, job_id))
    for job_id in unconcluded:
        if not await _attempt("job not concluded", job_id, conclude_job(jobs, materials, ledger, measures, job_id)):
            async with jobs.transaction() as work:
                await work.defer_conclusion(job_id, limits.conclude_again_s)


async def _finish_admission(jobs: Jobs, ledger: Ledger, job_id: str) -> None:
    # Finished rather than undone: undoing gives the minutes back for good, and the library, which sends the same
    # identifier until it is answered, could never be admitted.
    async with jobs.transaction() as work:
        job = await work.get(job_id)
    if job is not None and job.state is JobState.ADMITTING:
        with contextlib.suppress(MinutesExhausted, UploadRefused, AdmissionLapsed, JobNotFound):
            await finish_admission(jobs, ledger, job)


async def _attempt(failure: str, job_id: str, step: Awaitable[None]) -> bool:
    try:
        await step
    except DependencyAway as away:
        _log.warning("%s", failure, extra={"fields": {"job_id": job_id, "part": away.part, "reason": away.detail}})
        return False
    except Exception:  # noqa: BLE001 - logged with its traceback, and taken up again
        # One job whose books are in disorder must not keep the others waiting.
        _log.exception("%s: %s", failure, job_id)
        return False
    return True
