"""Separation's jobs, in memory."""

from __future__ import annotations

from typing import Any

import grpc

from stripsession.separation.v1 import job_pb2, separation_service_pb2, separation_service_pb2_grpc
from tests.integration.gateway.fakes import STEMS, missing, refused


class FakeJobs(separation_service_pb2_grpc.JobReadingServiceServicer):
    def __init__(self) -> None:
        self.jobs: dict[str, job_pb2.Job] = {}
        self.asked: list[list[str]] = []
        self.is_away = False

    async def GetJobOfTrack(self, request: Any, context: Any) -> separation_service_pb2.GetJobOfTrackResponse:
        if request.track_id not in self.jobs:
            raise missing("JOB")
        return separation_service_pb2.GetJobOfTrackResponse(job=self.jobs[request.track_id])

    async def ListJobsOfTracks(self, request: Any, context: Any) -> separation_service_pb2.ListJobsOfTracksResponse:
        self.asked.append(list(request.track_ids))
        if self.is_away:
            raise refused(grpc.StatusCode.UNAVAILABLE, "DEPENDENCY_AWAY")
        jobs = [self.jobs[track_id] for track_id in request.track_ids if track_id in self.jobs]
        return separation_service_pb2.ListJobsOfTracksResponse(jobs=jobs)

    async def ListModels(self, request: Any, context: Any) -> separation_service_pb2.ListModelsResponse:
        model = job_pb2.Model(name="baseline", stems=STEMS, version="1", licence="Apache-2.0", is_default=True)
        return separation_service_pb2.ListModelsResponse(models=[model])
