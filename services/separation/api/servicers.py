"""What the library and the gateway ask: one method per RPC."""

from __future__ import annotations

from collections.abc import AsyncIterator, Awaitable, Callable
from typing import TypeAlias

import grpc

from chassis.rpc.census import Census, census_response
from chassis.rpc.export import Exporter
from chassis.rpc.interceptors import Context
from chassis.rpc.purge import Purger
from services.separation.api import mapping
from services.separation.app.cancel_job import cancel_job
from services.separation.app.erase_jobs import erase_jobs
from services.separation.app.get_job import get_job_of_track
from services.separation.app.list_jobs_of_tracks import BatchJobs, list_jobs_of_tracks
from services.separation.app.list_models import list_models
from services.separation.app.ports import Jobs, Models, Wake
from services.separation.app.submit_job import Submission, Submitted
from stripsession.privacy.v1 import data_holder_service_pb2 as privacy
from stripsession.privacy.v1 import data_holder_service_pb2_grpc
from stripsession.separation.v1 import separation_service_pb2 as messages
from stripsession.separation.v1 import separation_service_pb2_grpc

Submit: TypeAlias = Callable[[Submission], Awaitable[Submitted]]
_SubmitContext: TypeAlias = grpc.aio.ServicerContext[messages.SubmitJobRequest, messages.SubmitJobResponse]
_CancelContext: TypeAlias = grpc.aio.ServicerContext[messages.CancelJobRequest, messages.CancelJobResponse]
_GetContext: TypeAlias = grpc.aio.ServicerContext[messages.GetJobOfTrackRequest, messages.GetJobOfTrackResponse]
_BatchContext: TypeAlias = grpc.aio.ServicerContext[messages.ListJobsOfTracksRequest, messages.ListJobsOfTracksResponse]
_ListContext: TypeAlias = grpc.aio.ServicerContext[messages.ListModelsRequest, messages.ListModelsResponse]


class SeparationServicer(separation_service_pb2_grpc.SeparationServiceServicer):
    """What the library asks."""

    def __init__(self, submit: Submit, jobs: Jobs, wake: Wake) -> None:
        self._submit = submit
        self._jobs = jobs
        self._wake = wake

    async def SubmitJob(
        self, request: messages.SubmitJobRequest, context: _SubmitContext
    ) -> messages.SubmitJobResponse:
        """Look into the upload, reserve its minutes and queue a job."""
        return mapping.submitted(await self._submit(mapping.submission(request)))

    async def CancelJob(
        self, request: messages.CancelJobRequest, context: _CancelContext
    ) -> messages.CancelJobResponse:
        """Stop a job."""
        job = await cancel_job(self._jobs, self._wake, request.job_id, request.owner_id)
        return messages.CancelJobResponse(job=mapping.message_of(job))


class JobReadingServicer(separation_service_pb2_grpc.JobReadingServiceServicer):
    """What the gateway asks."""

    def __init__(self, jobs: BatchJobs, models: Models) -> None:
        self._jobs = jobs
        self._models = models

    async def GetJobOfTrack(
        self, request: messages.GetJobOfTrackRequest, context: _GetContext
    ) -> messages.GetJobOfTrackResponse:
        """The newest job of a track."""
        job, queue = await get_job_of_track(self._jobs, request.owner_id, request.track_id)
        return messages.GetJobOfTrackResponse(job=mapping.message_of(job, queue))

    async def ListJobsOfTracks(
        self, request: messages.ListJobsOfTracksRequest, context: _BatchContext
    ) -> messages.ListJobsOfTracksResponse:
        """The newest job of each of several tracks."""
        found = await list_jobs_of_tracks(self._jobs, request.owner_id, request.track_ids)
        return messages.ListJobsOfTracksResponse(jobs=[mapping.message_of(job, queue) for job, queue in found])

    async def ListModels(
        self, request: messages.ListModelsRequest, context: _ListContext
    ) -> messages.ListModelsResponse:
        """The models that can be asked for."""
        return messages.ListModelsResponse(models=[mapping.model_of(card) for card in await list_models(self._models)])


class DataHolderServicer(data_holder_service_pb2_grpc.DataHolderServiceServicer):
    """What retention asks about people."""

    def __init__(self, jobs: Jobs, wake: Wake, census: Census, exporter: Exporter, purger: Purger) -> None:
        self._jobs = jobs
        self._wake = wake
        self._census = census
        self._exporter = exporter
        self._purger = purger

    async def Erase(self, request: privacy.EraseRequest, context: Context) -> privacy.EraseResponse:
        """Their jobs."""
        erased = await erase_jobs(self._jobs, self._wake, request.user_id)
        return privacy.EraseResponse(
            finished=erased.is_finished,
            erased=[privacy.ErasedKind(kind=kind, count=count) for kind, count in erased.counts.items()],
        )

    async def Census(self, request: privacy.CensusRequest, context: Context) -> privacy.CensusResponse:
        """What is held of a person, by kind."""
        return await census_response(self._census, request)

    def Export(self, request: privacy.ExportRequest, context: Context) -> AsyncIterator[privacy.ExportResponse]:
        """What is held of a person, for them to keep."""
        return self._exporter.responses(request)

    async def Purge(self, request: privacy.PurgeRequest, context: Context) -> privacy.PurgeResponse:
        """What is past its life, whosever it was."""
        return await self._purger.response(request)
