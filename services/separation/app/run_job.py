"""The worker's verb: hold a job's lease, separate its track, and see it to its end or back to the queue."""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Mapping
from dataclasses import dataclass

from services.separation.app.claim_job import claim_job
from services.separation.app.conclude_job import conclude_job
from services.separation.app.line_up import line_up
from services.separation.app.patience import heed_cancellation, patiently
from services.separation.app.separate_track import separate_track
from services.separation.app.workshop import Workshop
from services.separation.domain.errors import (
    AttemptFenced,
    AudioRefused,
    DecoderFailed,
    DependencyAway,
    EngineFailed,
    LeaseLost,
    LengthOverrun,
    ModelChanged,
    TrackGone,
    UploadGone,
)
from services.separation.domain.facts import JobQueued
from services.separation.domain.job import Ending, Failure, Job, JobState
from services.separation.domain.tiers import Tier

_log = logging.getLogger(__name__)

_FAILURES: Mapping[type[BaseException], Failure] = {
    UploadGone: Failure(
        "UPLOAD_GONE", "The upload has been erased. Upload the song again to separate it.", retryable=False
    ),
    LengthOverrun: Failure(
        "TOO_LONG", "This file holds more sound than it declares. Export it again and upload that.", retryable=False
    ),
    ModelChanged: Failure(
        "MODEL_CHANGED",
        "The model was replaced before this song was done. Nothing was charged: try again.",
        retryable=True,
    ),
}


@dataclass(frozen=True, slots=True)
class HandBack:
    """Another attempt shall go on; `counts` when this one is held against the job, which then rests for a while."""

    counts: bool


class Draining(Exception):
    """This worker is asked to stop."""


async def run_job(shop: Workshop, tier: Tier) -> None:
    """Take up the job whose turn it is in a tier. Returns once it has ended, was handed back, or was lost to another.

    Raises DependencyAway when the database is away before the job is claimed.
    """
    limits = shop.limits
    job = await claim_job(shop.jobs, tier, shop.worker, lease_s=limits.lease_s, attempts_max=limits.attempts_max)
    if job is None:
        return
    if not job.state.ended:
        _say(logging.INFO, "job taken up", job)
        try:
            outcome = await _outcome(shop, job)
        except asyncio.CancelledError:
            # Cancelled from outside: the successor need not wait for the lease to run out.
            await asyncio.shield(_settle(shop, job, HandBack(counts=False)))
            raise
        if outcome is None or not await _settle(shop, job, outcome):
            return
        if isinstance(outcome, Ending):
            failure = outcome.failure
            _say(logging.INFO, "job ended", job, state=outcome.state.value, reason=failure.reason if failure else "")
    try:
        await conclude_job(shop.jobs, shop.materials, shop.ledger, shop.measures, job.job_id)
    except DependencyAway as away:
        _say(logging.WARNING, "conclusion left to the sweeper", job, part=away.part)


async def _outcome(shop: Workshop, job: Job) -> Ending | HandBack | None:
    """How the attempt ended; None when the job is another's now."""
    boundary = asyncio.Lock()
    ending: Ending | None = None
    try:
        async with asyncio.TaskGroup() as tasks:
            keepers = (
                tasks.create_task(_hold_lease(shop, job), name="lease"),
                tasks.create_task(_hand_back_when_stopping(shop, boundary), name="stopping"),
            )
            ending = await separate_track(shop, job, boundary)
            for keeper in keepers:
                keeper.cancel()
    except ExceptionGroup as failures:
        return _judged(job, _first(failures))
    return ending


def _first(failure: BaseException) -> BaseException:
    """The failure that came first, out of groups within groups."""
    while isinstance(failure, BaseExceptionGroup):
        failure = failure.exceptions[0]
    return failure


def _judged(job: Job, failure: BaseException) -> Ending | HandBack | None:
    outcome: Ending | HandBack | None
    match failure:
        case LeaseLost() | AttemptFenced():
            _say(logging.INFO, "job left to another", job, reason=type(failure).__name__)
            outcome = None
        case Draining():
            _say(logging.INFO, "job handed back", job)
            outcome = HandBack(counts=False)
        case DependencyAway(part=part, detail=detail):
            _say(logging.WARNING, "job handed back, a part is away", job, part=part, reason=detail)
            outcome = HandBack(counts=False)
        case TrackGone():
            outcome = Ending(JobState.CANCELLED)
        case AudioRefused(reason=reason, message=message):
            outcome = Ending(JobState.FAILED, failure=Failure(reason.upper(), message, retryable=False))
        case UploadGone() | LengthOverrun() | ModelChanged():
            outcome = Ending(JobState.FAILED, failure=_FAILURES[type(failure)])
        case DecoderFailed() | EngineFailed():
            _say(logging.WARNING, "attempt failed", job, reason=str(failure))
            outcome = HandBack(counts=True)
        case _:
            _log.error("attempt failed: %s", job.job_id, exc_info=failure)
            outcome = HandBack(counts=True)
    return outcome


async def _settle(shop: Workshop, job: Job, outcome: Ending | HandBack) -> bool:
    """Write the outcome; whether the job has ended by it."""

    async def write() -> bool:
        async with shop.jobs.transaction() as work:
            if isinstance(outcome, HandBack):
                is_given_back = await work.give_back(job.job_id, job.attempt, counts=outcome.counts)
                # One that rests is announced by the sweeper when it has rested.
                if is_given_back and not outcome.counts:
                    await work.publish(JobQueued(job.job_id, job.tier))
                return False
            has_ended = await work.end(job.job_id, job.attempt, outcome, conclude_after_s=shop.limits.lease_s)
            if has_ended:
                await line_up(work, job.owner_id)
            return has_ended

    try:
        return await patiently(write, shop.limits.lease_s)
    except DependencyAway as away:
        _say(logging.WARNING, "outcome not written; the lease will run out", job, part=away.part)
        return False


async def _hold_lease(shop: Workshop, job: Job) -> None:
    """Prolong the lease until cancelled. Raises LeaseLost when it is another's, or ran out for want of the database."""
    loop, limits = asyncio.get_running_loop(), shop.limits
    held_until = loop.time() + limits.lease_s
    while True:
        await asyncio.sleep(limits.heartbeat_s)
        began = loop.time()
        try:
            async with asyncio.timeout(limits.heartbeat_s), shop.jobs.transaction() as work:
                if not await work.extend(job.job_id, job.attempt, limits.lease_s):
                    raise LeaseLost
            held_until = began + limits.lease_s
        except (DependencyAway, TimeoutError):
            heed_cancellation()
            if loop.time() >= held_until:
                raise LeaseLost from None


async def _hand_back_when_stopping(shop: Workshop, boundary: asyncio.Lock) -> None:
    await shop.stopping.wait()
    async with boundary:
        raise Draining


def _say(level: int, message: str, job: Job, **fields: object) -> None:
    _log.log(level, message, extra={"fields": {"job_id": job.job_id, "attempt": job.attempt, **fields}}, stacklevel=2)
