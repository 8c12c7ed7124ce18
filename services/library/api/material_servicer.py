"""MaterialService: map, call one verb, map."""

from __future__ import annotations

from typing import Any

import grpc

from services.library.api import mapping, report_mapping
from services.library.app.commit_segment import commit_segment
from services.library.app.conclude_track import conclude_track
from services.library.app.open_track import open_track
from services.library.app.ports import Ports
from services.library.app.read_report import read_pitch_classes
from services.library.app.record_findings import record_findings
from stripsession.library.v1 import material_service_pb2 as pb
from stripsession.library.v1 import material_service_pb2_grpc

Context = grpc.aio.ServicerContext[Any, Any]


class MaterialServicer(material_service_pb2_grpc.MaterialServiceServicer):
    """What separation's workers ask."""

    def __init__(self, ports: Ports) -> None:
        """Serve with these."""
        self._ports = ports

    async def OpenTrack(self, request: pb.OpenTrackRequest, context: Context) -> pb.OpenTrackResponse:
        """An attempt takes over."""
        grant, track = await open_track(
            self._ports, request.track_id, request.job_id, request.attempt, tuple(request.stems)
        )
        # Older attempts are shut out by now: nothing is added in between.
        pitch_classes = await read_pitch_classes(self._ports, request.track_id) if track.segments else ()
        return pb.OpenTrackResponse(
            upload=mapping.grant_message(grant),
            committed_segments=track.segments,
            committed_samples=track.playable_samples,
            pitch_classes=pitch_classes,
        )

    async def CommitSegment(self, request: pb.CommitSegmentRequest, context: Context) -> pb.CommitSegmentResponse:
        """A segment becomes part of its track."""
        track = await commit_segment(
            self._ports, request.track_id, request.job_id, request.attempt, mapping.sealed_segment(request)
        )
        return pb.CommitSegmentResponse(committed_segments=track.segments, playable_samples=track.playable_samples)

    async def RecordFindings(self, request: pb.RecordFindingsRequest, context: Context) -> pb.RecordFindingsResponse:
        """What a whole song came to."""
        making, analysis = report_mapping.making(request.making), report_mapping.analysis(request.analysis)
        await record_findings(self._ports, request.track_id, request.job_id, request.attempt, making, analysis)
        return pb.RecordFindingsResponse()

    async def ConcludeTrack(self, request: pb.ConcludeTrackRequest, context: Context) -> pb.ConcludeTrackResponse:
        """A separation ended."""
        await conclude_track(
            self._ports,
            request.track_id,
            request.job_id,
            mapping.outcome(request),
            mapping.failure(request),
            request.length_samples,
            mapping.remarks(request),
        )
        return pb.ConcludeTrackResponse()
