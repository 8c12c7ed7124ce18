"""Admit an upload: look into it, reserve its minutes, queue its job."""

from __future__ import annotations

import logging
from dataclasses import dataclass, field

from services.separation.app.line_up import line_up
from services.separation.app.ports import Allowance, Decoders, Jobs, JobWork, Ledger, Models, Uploads
from services.separation.domain.errors import (
    AdmissionLapsed,
    AudioRefused,
    JobMismatch,
    JobNotFound,
    MinutesExhausted,
    ModelNotInPlan,
    PlanWithoutDefault,
    QueueFull,
    UploadGone,
    UploadRefused,
)
from services.separation.domain.file_tags import FileTags
from services.separation.domain.job import Audio, Job, JobState, NewJob, UploadGrant, whole_seconds
from services.separation.domain.models import ModelCard

_log = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True)
class Submission:
    """What is asked."""

    job_id: str
    track_id: str
    owner_id: str
    upload: UploadGrant
    model: str


@dataclass(frozen=True, slots=True)
class Submitted:
    """The job, and what the file says of itself, which is not kept here: empty when the job was there before."""

    job: Job
    tags: FileTags = field(default_factory=FileTags)


async def submit_job(
    jobs: Jobs,
    ledger: Ledger,
    uploads: Uploads,
    decoders: Decoders,
    models: Models,
    submission: Submission,
    *,
    queued_max: int,
    queue_retry_s: float,
) -> Submitted:
    """Admit and queue. Idempotent by job id, and a try that was cut off is taken up where it ended.

    Raises ModelUnknown, ModelNotInPlan, PlanWithoutDefault, UploadRefused, MinutesExhausted, QueueFull, JobMismatch,
    UploadGone, DecoderFailed, DependencyAway.
    """
    models.get(submission.model)
    async with jobs.transaction() as work:
        job = await work.get(submission.job_id)
        known = job or await work.newest_of_track(submission.track_id)
        if known is not None and known.owner_id != submission.owner_id:
            raise JobMismatch
        # Nobody may have more jobs waiting than are left for all the others: a queue is never one person's.
        left = queued_max - await work.queued_count()
        if job is None and await work.queued_count_of(submission.owner_id) >= left:
            raise QueueFull(queue_retry_s)
    tags = FileTags()
    if job is None:
        new, tags = await _inspected(ledger, uploads, decoders, models, submission)
        async with jobs.transaction() as work:
            # Told as the upload's end, which it is: whoever owned it was erased while it was looked into.
            if await work.is_erased(submission.owner_id):
                raise UploadGone
            await work.insert(new)
            job = await _present(work, submission.job_id)
    if (job.track_id, job.owner_id) != (submission.track_id, submission.owner_id):
        raise JobMismatch
    if job.state is JobState.ADMITTING:
        job = await finish_admission(jobs, ledger, job)
    return Submitted(job, tags)


def chosen_model(models: Models, asked: str, allowance: Allowance) -> ModelCard:
    """The model asked for, else the plan's, else the installation's where the plan may use it.

    Raises ModelUnknown, ModelNotInPlan and PlanWithoutDefault.
    """
    card = models.get(asked) if asked else models.default_for(allowance.default_model)
    if not allowance.models or card.name in allowance.models:
        return card
    if asked:
        raise ModelNotInPlan(card.name, allowance.plan_title, allowance.models)
    known = {one.name for one in models.list()}
    raise PlanWithoutDefault(allowance.plan_title, [name for name in allowance.models if name in known])


async def _inspected(
    ledger: Ledger, uploads: Uploads, decoders: Decoders, models: Models, submission: Submission
) -> tuple[NewJob, FileTags]:
    allowance = await ledger.allowance(submission.owner_id)
    card = chosen_model(models, submission.model, allowance)
    try:
        async with decoders.open(uploads.open(submission.upload), allowance.longest_song_s) as decoding:
            found = await decoding.inspect(wants_cover=True)
    except AudioRefused as refused:
        fields = {"upload_id": submission.upload.upload_id, "reason": refused.reason}
        _log.info("upload refused", extra={"fields": fields})
        raise UploadRefused(refused.reason.upper(), refused.message) from refused
    audio = Audio(found.sample_rate, found.channels, found.depth, found.codec, found.declared_samples)
    new = NewJob(
        job_id=submission.job_id,
        track_id=submission.track_id,
        upload_id=submission.upload.upload_id,
        owner_id=submission.owner_id,
        model=card.name,
        stems=card.stems,
        audio=audio,
        reserved_s=whole_seconds(audio.total_samples, audio.rate_hz),
        remarks=found.remarks,
        tier=allowance.tier,
        parallel_jobs=allowance.parallel_jobs,
    )
    return new, found.tags


async def finish_admission(jobs: Jobs, ledger: Ledger, job: Job) -> Job:
    """Reserve an admitting job's seconds and queue it; a refused one is removed. Safe to repeat.

    Raises MinutesExhausted, UploadRefused, AdmissionLapsed, JobMismatch, DependencyAway; JobNotFound when it is gone.
    """
    try:
        await ledger.reserve(job.owner_id, job.job_id, job.reserved_s)
    except (MinutesExhausted, UploadRefused, AdmissionLapsed, JobMismatch):
        async with jobs.transaction() as work:
            await work.remove_admitting(job.job_id)
        raise
    async with jobs.transaction() as work:
        if await work.admit(job.job_id):
            await line_up(work, job.owner_id)
        return await _present(work, job.job_id)


async def _present(work: JobWork, job_id: str) -> Job:
    job = await work.get(job_id)
    if job is None:
        raise JobNotFound
    return job
