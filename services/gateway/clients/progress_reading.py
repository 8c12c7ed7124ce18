"""How far a track is, put together from the library and separation."""

from __future__ import annotations

from typing import TYPE_CHECKING

import grpc

from chassis.rpc.errors import from_error, is_transient
from services.gateway.domain.errors import BackendAway, TrackGone
from services.gateway.domain.progress import Failure, Progress
from services.gateway.domain.remark import Remark, remarks_of
from stripsession.library.v1 import library_service_pb2, track_pb2
from stripsession.separation.v1 import job_pb2, separation_service_pb2

if TYPE_CHECKING:
    from stripsession.library.v1.library_service_pb2_grpc import LibraryServiceAsyncStub
    from stripsession.separation.v1.separation_service_pb2_grpc import JobReadingServiceAsyncStub

DEADLINE_S = 8.0
JOB_DEADLINE_S = 2.0
"""Shorter: without the job a reading lacks only the estimate."""

_SEPARATING = (track_pb2.TRACK_STATE_CHECKING, track_pb2.TRACK_STATE_SEPARATING)


class BackendProgress:
    """Reads the track, and its job while it is under way."""

    def __init__(self, library: LibraryServiceAsyncStub, jobs: JobReadingServiceAsyncStub) -> None:
        """Both are asked on behalf of the owner."""
        self._library = library
        self._jobs = jobs

    async def read(self, owner_id: str, track_id: str) -> Progress:
        """One reading. Raises TrackGone and BackendAway."""
        request = library_service_pb2.GetTrackRequest(owner_id=owner_id, track_id=track_id)
        try:
            answer = await self._library.GetTrack(request, timeout=DEADLINE_S, wait_for_ready=True)
        except grpc.RpcError as error:
            if is_transient(error):
                raise BackendAway from error
            if from_error(error).code is grpc.StatusCode.NOT_FOUND:
                raise TrackGone from error
            raise
        job = await self._job(owner_id, track_id) if answer.track.state in _SEPARATING else None
        return _progress(answer.track, job)

    async def _job(self, owner_id: str, track_id: str) -> job_pb2.Job | None:
        request = separation_service_pb2.GetJobOfTrackRequest(owner_id=owner_id, track_id=track_id)
        try:
            return (await self._jobs.GetJobOfTrack(request, timeout=JOB_DEADLINE_S)).job
        except grpc.RpcError:
            # Not admitted yet, or separation is away: the track alone still tells how much is playable.
            return None


def _progress(track: track_pb2.Track, job: job_pb2.Job | None) -> Progress:
    total = track.audio.length_samples
    if job is not None and job.total_samples:
        total = job.total_samples
    failure = None
    if track.HasField("failure"):
        failure = Failure(track.failure.reason, track.failure.message, track.failure.retryable)
    coded = [Remark(each.code, each.text, dict(each.facts)) for each in track.remarks]
    return Progress(
        state=track_pb2.TrackState.Name(track.state).removeprefix("TRACK_STATE_").lower(),
        committed_samples=track.playable_samples,
        total_samples=total,
        sample_rate_hz=track.audio.sample_rate_hz or (job.sample_rate_hz if job is not None else 0),
        segments=track.segments,
        jobs_ahead=job.jobs_ahead if job is not None else 0,
        eta_s=job.eta_s if job is not None and job.HasField("eta_s") else None,
        remarks=remarks_of(track.warnings, coded),
        failure=failure,
    )
