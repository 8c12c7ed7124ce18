"""From the queue to the worker: announcements over real NATS, requests over real gRPC."""

from __future__ import annotations

import asyncio
import contextlib
import functools
from collections.abc import AsyncIterator, Awaitable
from pathlib import Path

import grpc
import pytest

from chassis.bus.connection import Bus
from chassis.bus.relay import Relay
from chassis.bus.topology import ALL
from chassis.health import Readiness
from chassis.identity import Certificates
from chassis.lifecycle import Part
from chassis.rpc.client import Channel
from chassis.rpc.errors import from_error
from chassis.rpc.server import RpcServer
from chassis.testing.nats import NatsServer
from services.separation.api.servicers import JobReadingServicer, SeparationServicer
from services.separation.api.statuses import STATUSES
from services.separation.app.run_job import run_job
from services.separation.app.submit_job import submit_job
from services.separation.app.sweep import SweepLimits, sweep_queue
from services.separation.app.tiers_in_turn import tiers_in_turn
from services.separation.app.workshop import Workshop
from services.separation.clients.measures import PrometheusMeasures
from services.separation.domain.job import JobState
from services.separation.events.consumers import Workbench, job_lanes
from stripsession.library.v1 import upload_pb2
from stripsession.separation.v1 import job_pb2, separation_service_pb2, separation_service_pb2_grpc
from tests.integration.separation.conftest import OWNER, Scene, a_song, as_file
from tests.integration.separation.fake_services import FakeTrack


@contextlib.asynccontextmanager
async def running(*parts: Part) -> AsyncIterator[None]:
    async with contextlib.AsyncExitStack() as stack:
        for part in parts:
            await part.start()
            stack.push_async_callback(part.stop)
        yield


def worker_parts(scene: Scene, shop: Workshop, bus: Bus) -> list[Part]:
    bench = Workbench(functools.partial(run_job, shop), shop.stopping, 10.0)
    order = functools.partial(tiers_in_turn, scene.jobs)
    return [bus, Relay(scene.database, bus), job_lanes(bus, scene.database, bench, order, 1), bench]


async def until_concluded(scene: Scene, job_id: str) -> None:
    async with asyncio.timeout(60):
        track = scene.library.tracks[(await scene.job(job_id)).track_id]
        async with scene.library.concluded:
            await scene.library.concluded.wait_for(lambda: bool(track.conclusions))


async def test_an_announced_job_is_done(scene: Scene, nats_server: NatsServer) -> None:
    """A submitted job reaches a worker through the queue and is completed without anyone asking again."""
    await scene.upload("trk_1", as_file(a_song(3.0)))
    await scene.submit("job_1", "trk_1")
    bus = Bus(nats_server.url, None, streams=ALL)
    async with running(*worker_parts(scene, scene.shop(), bus)):
        await until_concluded(scene, "job_1")
    assert (await scene.job("job_1")).state is JobState.COMPLETED


async def test_losing_nats_loses_no_job(scene: Scene, nats_server: NatsServer) -> None:
    """With the server's storage wiped while a job waits, the sweeper announces it again, and it is done."""
    await scene.upload("trk_1", as_file(a_song(3.0)))
    await scene.submit("job_1", "trk_1")
    bus = Bus(nats_server.url, None, streams=ALL)
    async with running(bus):
        assert await Relay(scene.database, bus).publish_batch() == 1
    nats_server.kill()
    nats_server.wipe()
    await nats_server.start()
    shop = scene.shop()
    async with running(*worker_parts(scene, shop, Bus(nats_server.url, None, streams=ALL))):
        await sweep_queue(scene.jobs, PrometheusMeasures(), SweepLimits(announce_again_s=0.0))
        await until_concluded(scene, "job_1")
    assert (await scene.job("job_1")).state is JobState.COMPLETED


async def test_a_stopped_worker_leaves_its_job_to_the_next(scene: Scene, nats_server: NatsServer) -> None:
    """A worker that is stopped in mid-song hands over, and the next one needs no lease to run out."""
    await scene.upload("trk_1", as_file(a_song(17.0)))
    await scene.submit("job_1", "trk_1")
    async with running(*worker_parts(scene, scene.shop(), Bus(nats_server.url, None, streams=ALL))):
        await scene.library.until_committed("trk_1", 1)
    assert (await scene.job("job_1")).state is JobState.QUEUED
    async with running(*worker_parts(scene, scene.shop("worker-2"), Bus(nats_server.url, None, streams=ALL))):
        await until_concluded(scene, "job_1")
    job = await scene.job("job_1")
    assert (job.state, job.attempt) == (JobState.COMPLETED, 2)


@pytest.fixture
async def served(scene: Scene, certificates: Path) -> AsyncIterator[RpcServer]:
    shop = scene.shop()
    submit = functools.partial(
        submit_job,
        scene.jobs,
        scene.ledger,
        shop.uploads,
        shop.decoders,
        scene.models,
        queued_max=1,
        queue_retry_s=30.0,
    )
    separation, reading = (
        SeparationServicer(submit, scene.jobs, lambda: None),
        JobReadingServicer(scene.jobs, scene.models),
    )
    server = RpcServer(
        "127.0.0.1:0",
        Certificates(certificates, "separation"),
        statuses=STATUSES,
        registrations=[
            lambda grpc_server: separation_service_pb2_grpc.add_SeparationServiceServicer_to_server(
                separation, grpc_server
            ),
            lambda grpc_server: separation_service_pb2_grpc.add_JobReadingServiceServicer_to_server(
                reading, grpc_server
            ),
        ],
        readiness=Readiness(),
        drain_s=0.1,
    )
    await server.start()
    yield server
    await server.stop()


def request(job_id: str, track: FakeTrack) -> separation_service_pb2.SubmitJobRequest:
    grant = upload_pb2.UploadGrant(
        upload_id=track.grant.upload_id,
        length_bytes=track.grant.length_bytes,
        object_key=track.grant.object_key,
        parts=[
            upload_pb2.UploadPart(
                object_name=part.object_name, offset_bytes=part.offset_bytes, length_bytes=part.length_bytes
            )
            for part in track.grant.parts
        ],
    )
    return separation_service_pb2.SubmitJobRequest(job_id=job_id, track_id="trk_1", owner_id=OWNER, upload=grant)


async def test_the_services_answer_their_callers(scene: Scene, served: RpcServer, certificates: Path) -> None:
    """The library submits and cancels, the gateway reads; refusals have code and reason, and strangers get nothing."""
    track = await scene.upload("trk_1", as_file(a_song(3.0)))
    noise = await scene.upload("trk_noise", b"not audio at all" * 100)
    as_library = Channel("separation", f"127.0.0.1:{served.port}", Certificates(certificates, "library"))
    as_gateway = Channel("separation", f"127.0.0.1:{served.port}", Certificates(certificates, "gateway"))
    async with running(as_library, as_gateway):
        jobs = separation_service_pb2_grpc.SeparationServiceStub(as_library.grpc)
        reading = separation_service_pb2_grpc.JobReadingServiceStub(as_gateway.grpc)
        assert await refusal(jobs.SubmitJob(request("job_0", noise))) == ("INVALID_ARGUMENT", "NOT_AUDIO")
        submitted = await jobs.SubmitJob(request("job_1", track))
        assert (submitted.job.state, list(submitted.stems)) == (
            job_pb2.JOB_STATE_QUEUED,
            ["vocals", "drums", "bass", "other"],
        )
        assert (submitted.audio.sample_rate_hz, submitted.audio.length_samples) == (44100, 3 * 44100)
        assert await refusal(jobs.SubmitJob(request("job_2", track))) == ("UNAVAILABLE", "QUEUE_FULL")
        found = await reading.GetJobOfTrack(
            separation_service_pb2.GetJobOfTrackRequest(owner_id=OWNER, track_id="trk_1")
        )
        assert (found.job.job_id, found.job.jobs_ahead, found.job.HasField("eta_s")) == ("job_1", 0, False)
        another = separation_service_pb2.GetJobOfTrackRequest(owner_id="usr_2", track_id="trk_1")
        assert await refusal(reading.GetJobOfTrack(another)) == ("NOT_FOUND", "JOB_NOT_FOUND")
        models = await reading.ListModels(separation_service_pb2.ListModelsRequest())
        assert models.models[0].name == "baseline"
        assert models.models[0].is_default
        cancelled = await jobs.CancelJob(separation_service_pb2.CancelJobRequest(job_id="job_1", owner_id=OWNER))
        assert cancelled.job.state == job_pb2.JOB_STATE_CANCELLED
        stranger = separation_service_pb2_grpc.SeparationServiceStub(as_gateway.grpc)
        assert (await refusal(stranger.SubmitJob(request("job_3", track))))[0] == "PERMISSION_DENIED"


async def refusal(call: Awaitable[object]) -> tuple[str, str]:
    with pytest.raises(grpc.aio.AioRpcError) as caught:
        await call
    found = from_error(caught.value)
    return found.code.name, found.reason
