"""The library's calls to separation."""

from __future__ import annotations

import grpc

from chassis.rpc.errors import Refusal, from_error
from services.library.domain.errors import (
    FileRefused,
    LimitReached,
    QueueFull,
    RequestRefused,
    SeparationUnavailable,
    SubmissionRefused,
)
from services.library.domain.file_tags import clean_tags, sound_cover
from services.library.domain.remark import Remark, remarks_of
from services.library.domain.track import Acceptance, Audio
from services.library.domain.upload import Grant
from stripsession.library.v1 import upload_pb2
from stripsession.separation.v1 import separation_service_pb2, separation_service_pb2_grpc

IDEMPOTENT = (
    "stripsession.separation.v1.SeparationService/SubmitJob",
    "stripsession.separation.v1.SeparationService/CancelJob",
)
"""Both are idempotent by job, so the channel may repeat them."""
_CANCEL_DEADLINE_S = 3.0
_ABOUT_THE_REQUEST = frozenset({"MODEL_UNKNOWN", "MODEL_NOT_IN_PLAN", "PLAN_WITHOUT_DEFAULT", "JOB_MISMATCH"})


class SeparationClient:
    """Separation behind gRPC."""

    def __init__(self, channel: grpc.aio.Channel, *, submit_deadline_s: float) -> None:
        """`submit_deadline_s` covers the look into the upload, which may decode all of it."""
        self._stub = separation_service_pb2_grpc.SeparationServiceStub(channel)
        self._submit_deadline_s = submit_deadline_s

    async def submit(self, job_id: str, track_id: str, owner_id: str, grant: Grant, model: str) -> Acceptance:
        """Queue a job. Idempotent by job. Raises SubmissionRefused's kinds and SeparationUnavailable."""
        request = separation_service_pb2.SubmitJobRequest(
            job_id=job_id, track_id=track_id, owner_id=owner_id, upload=_grant(grant), model=model
        )
        try:
            answer = await self._stub.SubmitJob(request, timeout=self._submit_deadline_s)
        except grpc.aio.AioRpcError as error:
            raise _refused(from_error(error)) from error
        audio = answer.audio
        return Acceptance(
            audio=Audio(
                audio.sample_rate_hz, audio.channels, audio.depth_bits, audio.codec, max(audio.length_samples, 0)
            ),
            tagged_title=answer.tagged_title,
            tagged_artist=answer.tagged_artist,
            stems=tuple(answer.stems),
            remarks=remarks_of(
                answer.warnings,
                [Remark(each.code, each.text, tuple(each.facts.items())) for each in answer.remarks],
            ),
            model=answer.job.model,
            file_tags=clean_tags(
                answer.tagged_album, answer.tagged_track_number, answer.tagged_date, answer.tagged_genre
            ),
            cover=sound_cover(answer.cover_type, answer.cover),
        )

    async def cancel(self, job_id: str, owner_id: str) -> None:
        """Stop a job; done, too, when there is none or it has ended. Raises SeparationUnavailable."""
        request = separation_service_pb2.CancelJobRequest(job_id=job_id, owner_id=owner_id)
        try:
            await self._stub.CancelJob(request, timeout=_CANCEL_DEADLINE_S)
        except grpc.aio.AioRpcError as error:
            if error.code() not in (grpc.StatusCode.NOT_FOUND, grpc.StatusCode.FAILED_PRECONDITION):
                raise SeparationUnavailable from error


def _refused(refusal: Refusal) -> SubmissionRefused | SeparationUnavailable:
    def as_kind(kind: type[SubmissionRefused]) -> SubmissionRefused:
        return kind(refusal.reason, refusal.message, retry_after_s=refusal.retry_after_s, facts=dict(refusal.facts))

    if refusal.code is grpc.StatusCode.INVALID_ARGUMENT:
        # These say nothing about the file; every other reason of this status does. One without a reason is not ours.
        is_request = refusal.reason in _ABOUT_THE_REQUEST or refusal.reason == refusal.code.name
        return as_kind(RequestRefused if is_request else FileRefused)
    if refusal.reason == "UPLOAD_GONE":
        # Its objects are not there, which asking again does not mend; nor is it said that they never will be.
        return as_kind(RequestRefused)
    if refusal.code is grpc.StatusCode.RESOURCE_EXHAUSTED and refusal.reason != refusal.code.name:
        return as_kind(LimitReached)
    if refusal.code is grpc.StatusCode.UNAVAILABLE and refusal.reason == "QUEUE_FULL":
        return as_kind(QueueFull)
    return SeparationUnavailable()


def _grant(grant: Grant) -> upload_pb2.UploadGrant:
    return upload_pb2.UploadGrant(
        upload_id=grant.upload_id,
        length_bytes=grant.length_bytes,
        object_key=grant.key.material,
        parts=[
            upload_pb2.UploadPart(
                object_name=part.object_name, offset_bytes=part.offset_bytes, length_bytes=part.length_bytes
            )
            for part in grant.parts
        ],
    )
