"""Messages to the domain's nouns and back."""

from __future__ import annotations

import datetime

from google.protobuf.timestamp_pb2 import Timestamp

from services.separation.app.submit_job import Submission, Submitted
from services.separation.domain.job import Job, JobState, UploadGrant, UploadPart
from services.separation.domain.models import ModelCard
from services.separation.domain.progress import Queue, eta_s
from stripsession.library.v1 import track_pb2
from stripsession.separation.v1 import job_pb2, separation_service_pb2

_STATES = {
    JobState.ADMITTING: job_pb2.JOB_STATE_ADMITTING,
    JobState.QUEUED: job_pb2.JOB_STATE_QUEUED,
    JobState.RUNNING: job_pb2.JOB_STATE_RUNNING,
    JobState.COMPLETED: job_pb2.JOB_STATE_COMPLETED,
    JobState.FAILED: job_pb2.JOB_STATE_FAILED,
    JobState.CANCELLED: job_pb2.JOB_STATE_CANCELLED,
}


def submission(request: separation_service_pb2.SubmitJobRequest) -> Submission:
    """What is asked."""
    upload = request.upload
    parts = tuple(UploadPart(part.object_name, part.offset_bytes, part.length_bytes) for part in upload.parts)
    grant = UploadGrant(upload.upload_id, upload.length_bytes, upload.object_key, parts)
    return Submission(request.job_id, request.track_id, request.owner_id, grant, request.model)


def submitted(found: Submitted) -> separation_service_pb2.SubmitJobResponse:
    """The job, and what the upload is."""
    job = found.job
    audio = track_pb2.AudioProperties(
        sample_rate_hz=job.audio.rate_hz,
        channels=job.audio.channels,
        depth_bits=job.audio.depth_bits,
        codec=job.audio.codec,
        length_samples=job.total_samples,
    )
    return separation_service_pb2.SubmitJobResponse(
        job=message_of(job),
        audio=audio,
        tagged_title=found.tags.title,
        tagged_artist=found.tags.artist,
        stems=job.stems,
        warnings=[each.text for each in job.remarks],
        remarks=[
            track_pb2.Remark(code=each.code, text=each.text, facts=dict(each.facts))
            for each in job.remarks
            if each.code
        ],
        tagged_album=found.tags.album,
        tagged_track_number=found.tags.track_number,
        tagged_date=found.tags.year,
        tagged_genre=found.tags.genre,
        cover=found.tags.cover,
        cover_type=found.tags.cover_type,
    )


def message_of(job: Job, queue: Queue | None = None) -> job_pb2.Job:
    """A job, with its place in the queue where that is known."""
    return job_pb2.Job(
        job_id=job.job_id,
        track_id=job.track_id,
        owner_id=job.owner_id,
        state=_STATES[job.state],
        attempt=job.attempt,
        done_samples=job.done_samples,
        total_samples=job.total_samples,
        sample_rate_hz=job.audio.rate_hz,
        jobs_ahead=queue.jobs_ahead if queue is not None and job.state is JobState.QUEUED else 0,
        eta_s=eta_s(job, queue) if queue is not None else None,
        model=job.model,
        created_at=_timestamp(job.created_at),
        started_at=_timestamp(job.started_at),
    )


def model_of(card: ModelCard) -> job_pb2.Model:
    """A model's card."""
    return job_pb2.Model(
        name=card.name,
        stems=card.stems,
        version=card.version,
        summary=card.summary,
        licence=card.licence,
        title=card.title,
        is_default=card.is_default,
    )


def _timestamp(moment: datetime.datetime | None) -> Timestamp | None:
    if moment is None:
        return None
    stamp = Timestamp()
    stamp.FromDatetime(moment)
    return stamp
