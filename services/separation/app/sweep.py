"""Put right what was lost on the way: unheard announcements, dead workers, half-done admissions and conclusions."""

from __future__ import annotations

import asyncio
import contextlib
import logging
from collections.abc import Awaitable, Callable
from dataclasses import dataclass

from services.separation.app.conclude_job import conclude_job
from services.separation.app.line_up import line_up
from services.separation.app.patience import heed_cancellation
from services.separation.app.ports import Jobs, Ledger, Materials, Measures
from services.separation.app.submit_job import finish_admission
from services.separation.domain.errors import (
    AdmissionLapsed,
    DependencyAway,
    JobMismatch,
    JobNotFound,
    MinutesExhausted,
    UploadRefused,
)
from services.separation.domain.job import JobState
from services.separation.domain.tiers import Tier

_log = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True)
class SweepLimits:
    """How long each kind of loss may last before it is put right, and how many jobs one step touches."""

    announce_again_s: float = 15.0
    admission_s: float = 60.0
    admit_again_s: float = 5.0
    conclude_again_s: float = 5.0
    batch: int = 32
    """Announcing only the first in each line again keeps the work queue short, however many wait."""
    at_once: int = 4
    """Admissions, and as many conclusions, under way at once: each waits for other services."""


async def sweep_queue(jobs: Jobs, measures: Measures, limits: SweepLimits) -> None:
    """Announce what waits unheard, jobs of dead workers at its head, and count. Waits for the database alone.

    Whoever has a place that nobody gave out gets it. Raises DependencyAway.
    """
    async with jobs.transaction() as work:
        announced = [*await work.requeue_expired(limits.batch)]
        for tier in Tier:
            announced += await work.take_unanswered(tier, limits.announce_again_s, limits.batch)
        for queued in announced:
            await work.publish(queued)
        owners = await work.owners_with_places(limits.batch)
    for owner_id in owners:
        await _give_places(jobs, owner_id)
    async with jobs.transaction() as work:
        measures.census(await work.census())


async def _give_places(jobs: Jobs, owner_id: str) -> None:
    try:
        async with jobs.transaction() as work:
            await line_up(work, owner_id)
    except DependencyAway:
        raise
    except Exception:  # noqa: BLE001 - logged with its traceback, and tried again
        # One person's jobs in disorder must keep neither the others' waiting nor the gauges still.
        _log.exception("places not given out: %s", owner_id)


async def sweep_unfinished(
    jobs: Jobs, materials: Materials, ledger: Ledger, measures: Measures, limits: SweepLimits
) -> None:
    """Finish admissions and conclusions that were cut off; what cannot be done now is put off.

    Raises DependencyAway when the database is away as it begins.
    """
    async with jobs.transaction() as work:
        stale = await work.stale_admissions(limits.admission_s, limits.batch)
        unconcluded = await work.unconcluded(limits.batch)

    async def admit(job_id: str) -> None:
        await _finish_admission(jobs, ledger, job_id)

    async def admit_later(job_id: str) -> None:
        async with jobs.transaction() as work:
            await work.defer_admission(job_id, limits.admit_again_s)

    async def conclude(job_id: str) -> None:
        await conclude_job(jobs, materials, ledger, measures, job_id)

    async def conclude_later(job_id: str) -> None:
        async with jobs.transaction() as work:
            await work.defer_conclusion(job_id, limits.conclude_again_s)

    # Each kind has places of its own, so that neither waits for the other's deadlines.
    admitting, concluding = asyncio.Semaphore(limits.at_once), asyncio.Semaphore(limits.at_once)
    async with asyncio.TaskGroup() as tasks:
        for job_id in stale:
            tasks.create_task(_attempt("admission not finished", job_id, admit, admit_later, admitting))
        for job_id in unconcluded:
            tasks.create_task(_attempt("job not concluded", job_id, conclude, conclude_later, concluding))


async def _finish_admission(jobs: Jobs, ledger: Ledger, job_id: str) -> None:
    # Finished rather than undone: undoing gives the minutes back for good, and the library, which sends the same
    # identifier until it is answered, could never be admitted.
    async with jobs.transaction() as work:
        job = await work.get(job_id)
    if job is not None and job.state is JobState.ADMITTING:
        with contextlib.suppress(MinutesExhausted, UploadRefused, AdmissionLapsed, JobMismatch, JobNotFound):
            await finish_admission(jobs, ledger, job)


async def _attempt(
    failure: str,
    job_id: str,
    step: Callable[[str], Awaitable[None]],
    put_off: Callable[[str], Awaitable[None]],
    places: asyncio.Semaphore,
) -> None:
    async with places:
        if not await _succeeded(failure, job_id, step(job_id)):
            heed_cancellation()
            # When this fails, too, the job is still due: the next round begins with it.
            await _succeeded(f"{failure}, nor put off", job_id, put_off(job_id))


async def _succeeded(failure: str, job_id: str, step: Awaitable[None]) -> bool:
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
