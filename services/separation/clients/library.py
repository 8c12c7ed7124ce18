"""The library's MaterialService, for a worker."""

from __future__ import annotations

import contextlib
from collections.abc import Iterator, Mapping

import grpc

from chassis.rpc.errors import from_error, is_transient
from services.separation.app.ports import Effort, OpenedTrack, StoredSegment
from services.separation.domain.errors import AttemptFenced, DependencyAway, FindingsRefused, TrackGone, UploadGone
from services.separation.domain.findings import Findings
from services.separation.domain.job import Job, JobState, UploadGrant, UploadPart
from stripsession.library.v1 import material_service_pb2 as messages
from stripsession.library.v1 import material_service_pb2_grpc, report_pb2, track_pb2

SERVICE = "stripsession.library.v1.MaterialService"
IDEMPOTENT = tuple(
    f"{SERVICE}/{method}" for method in ("OpenTrack", "CommitSegment", "RecordFindings", "ConcludeTrack")
)
_DEADLINE_S = 5.0
_IMPOSSIBLE = "SEGMENT_INVALID"
_REFUSALS: Mapping[str, type[Exception]] = {
    "TRACK_NOT_FOUND": TrackGone,
    # Its owner is being erased, and the track is among what goes next.
    "ACCOUNT_NOT_FOUND": TrackGone,
    "TRACK_NOT_SEPARATING": TrackGone,
    "UPLOAD_GONE": UploadGone,
    "ATTEMPT_FENCED": AttemptFenced,
}
_OUTCOMES = {
    JobState.COMPLETED: messages.OUTCOME_COMPLETED,
    JobState.FAILED: messages.OUTCOME_FAILED,
    JobState.CANCELLED: messages.OUTCOME_CANCELLED,
}


class LibraryMaterials:
    """Materials over gRPC."""

    def __init__(self, channel: grpc.aio.Channel) -> None:
        self._stub = material_service_pb2_grpc.MaterialServiceStub(channel)

    async def open_track(self, job: Job) -> OpenedTrack:
        """Shut out older attempts and get leave to read."""
        request = messages.OpenTrackRequest(
            track_id=job.track_id, job_id=job.job_id, attempt=job.attempt, stems=job.stems
        )
        with _refusals():
            opened = await self._stub.OpenTrack(request, timeout=_DEADLINE_S)
        grant = UploadGrant(
            opened.upload.upload_id,
            opened.upload.length_bytes,
            opened.upload.object_key,
            tuple(UploadPart(part.object_name, part.offset_bytes, part.length_bytes) for part in opened.upload.parts),
        )
        return OpenedTrack(grant, opened.committed_segments, opened.committed_samples, tuple(opened.pitch_classes))

    async def commit_segment(self, job: Job, segment: StoredSegment, effort: Effort) -> None:
        """Record a stored segment, and what it took."""
        figures = segment.figures
        request = messages.CommitSegmentRequest(
            track_id=job.track_id,
            job_id=job.job_id,
            attempt=job.attempt,
            index=segment.index,
            first_sample=segment.first_sample,
            length_samples=segment.length_samples,
            stems=[
                messages.StoredStem(
                    stem=stem.stem,
                    object_name=stem.object_name,
                    object_key=stem.object_key,
                    size_bytes=stem.size_bytes,
                    frames=stem.frames,
                    frame_bytes=stem.frame_bytes,
                    peaks=stem.peaks,
                    clipped_samples=stem.clipped_samples,
                )
                for stem in segment.stems
            ],
            figures=report_pb2.SegmentFigures(
                differing_samples=figures.differing_samples,
                difference_max=figures.difference_max,
                clipped_samples=figures.mix_clipped_samples,
                mix_energy=figures.mix_energy,
                residual_energy=figures.residual_energy,
                unsound_values=figures.unsound_values,
                pitch_classes=figures.pitch_classes,
                engine_s=effort.engine_s,
                worker_s=effort.worker_s,
            ),
        )
        with _refusals():
            await self._stub.CommitSegment(request, timeout=_DEADLINE_S)

    async def record_findings(self, job: Job, findings: Findings) -> None:
        """Record what the whole song came to; after its last segment. Raises FindingsRefused as well."""
        request = messages.RecordFindingsRequest(
            track_id=job.track_id,
            job_id=job.job_id,
            attempt=job.attempt,
            making=_making_message(findings),
            analysis=_analysis_message(findings),
        )
        try:
            with _refusals():
                await self._stub.RecordFindings(request, timeout=_DEADLINE_S)
        except grpc.RpcError as error:
            refusal = from_error(error)
            if refusal.reason == _IMPOSSIBLE:
                raise FindingsRefused from error
            # A library of before there were reports: its tracks have none.
            if refusal.code is not grpc.StatusCode.UNIMPLEMENTED:
                raise

    async def conclude_track(self, job: Job) -> bool:
        """Tell how an ended job ended; false when the track was deleted, stopped or begun anew, and wants no end."""
        failure = None
        if job.failure is not None:
            failure = track_pb2.TrackFailure(
                reason=job.failure.reason, message=job.failure.message, retryable=job.failure.retryable
            )
        request = messages.ConcludeTrackRequest(
            track_id=job.track_id,
            job_id=job.job_id,
            outcome=_OUTCOMES[job.state],
            failure=failure,
            length_samples=job.counted_samples or 0,
            warnings=[each.text for each in job.remarks],
            remarks=[
                track_pb2.Remark(code=each.code, text=each.text, facts=dict(each.facts))
                for each in job.remarks
                if each.code
            ],
        )
        try:
            with _refusals():
                await self._stub.ConcludeTrack(request, timeout=_DEADLINE_S)
        except (TrackGone, AttemptFenced):
            return False
        return True


def _making_message(findings: Findings) -> report_pb2.Making:
    making = findings.making
    message = report_pb2.Making(
        model=making.model,
        version=making.version,
        weights_sha256=making.weights_sha256,
        device=making.device,
        engine_s=making.engine_s,
        worker_s=making.worker_s,
        decoder_warnings=making.decoder_warnings,
    )
    message.accepted_at.FromDatetime(making.accepted_at)
    return message


def _analysis_message(findings: Findings) -> report_pb2.Analysis:
    analysis = findings.analysis
    return report_pb2.Analysis(
        bpm=analysis.bpm,
        bpm_confidence=analysis.bpm_confidence,
        beats_s=analysis.beats_s,
        key=analysis.key,
        key_confidence=analysis.key_confidence,
        integrated_lufs=analysis.integrated_lufs,
        loudness_range_lu=analysis.loudness_range_lu,
        true_peak_dbtp=analysis.true_peak_dbtp,
    )


@contextlib.contextmanager
def _refusals() -> Iterator[None]:
    try:
        yield
    except grpc.RpcError as error:
        refusal = from_error(error)
        if known := _REFUSALS.get(refusal.reason):
            raise known from error
        if is_transient(error):
            raise DependencyAway("library", f"{refusal.code.name} {refusal.message}") from error
        raise
