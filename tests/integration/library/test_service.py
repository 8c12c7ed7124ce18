"""The library behind real gRPC with certificates, on real PostgreSQL, with separation served over a socket."""

from __future__ import annotations

import asyncio
import contextlib
import datetime
from collections.abc import AsyncIterator, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import grpc
import prometheus_client
import pytest

from chassis.health import Readiness
from chassis.identity import Certificates
from chassis.rpc.client import Channel
from chassis.rpc.errors import Refusal, RpcRefused, from_error
from chassis.rpc.server import RpcServer
from services.library.api.holding_servicer import UploadHoldingServicer
from services.library.api.library_servicer import LibraryServicer
from services.library.api.material_servicer import MaterialServicer
from services.library.api.share_servicer import ShareServicer
from services.library.api.statuses import STATUSES
from services.library.app.ports import Ports
from services.library.clients.separation import IDEMPOTENT, SeparationClient
from stripsession.library.v1 import (
    library_service_pb2,
    library_service_pb2_grpc,
    material_service_pb2,
    material_service_pb2_grpc,
    share_service_pb2,
    share_service_pb2_grpc,
    track_pb2,
    upload_holding_service_pb2,
    upload_holding_service_pb2_grpc,
)
from stripsession.separation.v1 import job_pb2, separation_service_pb2, separation_service_pb2_grpc
from tests.integration.library.world import OWNER, STEMS, STRANGER, World

PICTURE = track_pb2.Remark(code="PICTURES_IGNORED", text="ignored 1 picture(s)", facts={"count": "1"})
EARLY = track_pb2.Remark(code="ENDS_EARLY", text="ends 1.3 s earlier than it declares", facts={"missing_s": "1.3"})


class ServedSeparation(separation_service_pb2_grpc.SeparationServiceServicer):
    """Answers as separation does; refuses when told to."""

    def __init__(self) -> None:
        self.refusal: Refusal | None = None
        self.requests: list[separation_service_pb2.SubmitJobRequest] = []
        self.cancelled: list[str] = []

    async def SubmitJob(
        self, request: separation_service_pb2.SubmitJobRequest, context: grpc.aio.ServicerContext[Any, Any]
    ) -> separation_service_pb2.SubmitJobResponse:
        self.requests.append(request)
        if self.refusal is not None:
            raise RpcRefused(self.refusal)
        return separation_service_pb2.SubmitJobResponse(
            job=job_pb2.Job(job_id=request.job_id, model="baseline"),
            audio=track_pb2.AudioProperties(
                sample_rate_hz=44_100, channels=2, depth_bits=24, codec="mp3", length_samples=100
            ),
            tagged_title="Tagged",
            stems=STEMS,
            warnings=["ignored 1 picture(s)", "of before there were words"],
            remarks=[PICTURE],
        )

    async def CancelJob(
        self, request: separation_service_pb2.CancelJobRequest, context: grpc.aio.ServicerContext[Any, Any]
    ) -> separation_service_pb2.CancelJobResponse:
        self.cancelled.append(request.job_id)
        return separation_service_pb2.CancelJobResponse()


@dataclass
class Served:
    """Stubs as each caller has them."""

    library: library_service_pb2_grpc.LibraryServiceAsyncStub
    material: material_service_pb2_grpc.MaterialServiceAsyncStub
    holding: upload_holding_service_pb2_grpc.UploadHoldingServiceAsyncStub
    shares: share_service_pb2_grpc.ShareServiceAsyncStub
    intruder: material_service_pb2_grpc.MaterialServiceAsyncStub
    separation: ServedSeparation

    async def upload(self, data: bytes) -> str:
        """A complete upload, sent in chunks."""
        created = await self.library.CreateUpload(
            library_service_pb2.CreateUploadRequest(owner_id=OWNER, length_bytes=len(data), file_name="a.mp3")
        )
        await self.library.AppendUpload(_append(created.upload.upload_id, 0, [data]))
        return created.upload.upload_id

    async def create(self, upload_id: str) -> track_pb2.Track:
        """A track of an upload."""
        request = library_service_pb2.CreateTrackRequest(owner_id=OWNER, upload_id=upload_id, idempotency_key="k")
        return (await self.library.CreateTrack(request)).track


def _append(upload_id: str, offset: int, chunks: list[bytes]) -> Iterator[library_service_pb2.AppendUploadRequest]:
    start = library_service_pb2.AppendStart(owner_id=OWNER, upload_id=upload_id, offset_bytes=offset)
    yield library_service_pb2.AppendUploadRequest(start=start)
    for chunk in chunks:
        yield library_service_pb2.AppendUploadRequest(chunk=chunk)


@pytest.fixture
async def served(world: World, certificates: Path) -> AsyncIterator[Served]:
    """The library and a fake separation, each behind a real socket."""
    separation = ServedSeparation()
    async with contextlib.AsyncExitStack() as stack:

        async def serve(name: str, **options: Any) -> int:
            server = RpcServer(
                "127.0.0.1:0", Certificates(certificates, name), readiness=Readiness(), drain_s=0, **options
            )
            await server.start()
            stack.push_async_callback(server.stop)
            return server.port

        def connect(caller: str, callee: str, port: int) -> Channel:
            channel = Channel(callee, f"127.0.0.1:{port}", Certificates(certificates, caller), idempotent=IDEMPOTENT)
            stack.push_async_callback(channel.stop)
            return channel

        separation_port = await serve(
            "separation",
            statuses={},
            registrations=[
                lambda server: separation_service_pb2_grpc.add_SeparationServiceServicer_to_server(separation, server)
            ],
        )
        client = SeparationClient(connect("library", "separation", separation_port).grpc, submit_deadline_s=10)
        ports = Ports(world.ports.store, world.objects, client, world.clock, world.ports.webhooks)
        port = await serve(
            "library",
            statuses=STATUSES,
            registrations=[
                lambda server: library_service_pb2_grpc.add_LibraryServiceServicer_to_server(
                    LibraryServicer(ports, world.limits), server
                ),
                lambda server: share_service_pb2_grpc.add_ShareServiceServicer_to_server(ShareServicer(ports), server),
                lambda server: material_service_pb2_grpc.add_MaterialServiceServicer_to_server(
                    MaterialServicer(ports), server
                ),
                lambda server: upload_holding_service_pb2_grpc.add_UploadHoldingServiceServicer_to_server(
                    UploadHoldingServicer(ports), server
                ),
            ],
        )
        yield Served(
            library_service_pb2_grpc.LibraryServiceStub(connect("gateway", "library", port).grpc),
            material_service_pb2_grpc.MaterialServiceStub(connect("separation", "library", port).grpc),
            upload_holding_service_pb2_grpc.UploadHoldingServiceStub(connect("retention", "library", port).grpc),
            share_service_pb2_grpc.ShareServiceStub(connect("gateway", "library", port).grpc),
            material_service_pb2_grpc.MaterialServiceStub(connect("gateway", "library", port).grpc),
            separation,
        )


async def _refusal(call: Any) -> Refusal:
    with pytest.raises(grpc.aio.AioRpcError) as caught:
        await call
    return from_error(caught.value)


async def test_song_through_every_service(served: Served, world: World) -> None:
    """Upload, track, grant, segments, playback, end and erasure work through real gRPC with certificates."""
    data = b"\x01\x02" * 2600
    upload_id = await served.upload(data)
    track = await served.create(upload_id)
    assert (track.title, track.state, track.audio.depth_bits) == ("Tagged", track_pb2.TRACK_STATE_SEPARATING, 24)
    (submitted,) = served.separation.requests
    opened = await served.material.OpenTrack(
        material_service_pb2.OpenTrackRequest(track_id=track.track_id, job_id=submitted.job_id, attempt=1, stems=STEMS)
    )
    assert opened.upload == submitted.upload
    assert sum(part.length_bytes for part in opened.upload.parts) == len(data)
    commit = material_service_pb2.CommitSegmentRequest(
        track_id=track.track_id, job_id=submitted.job_id, attempt=1, index=0, length_samples=4096
    )
    for stem in STEMS:
        name = f"stems/{track.track_id}/1/000000/{stem}"
        key = world.objects.new_key()
        await world.objects.put(key, name, stem.encode() * 300_000)
        commit.stems.add(
            stem=stem,
            object_name=name,
            object_key=key.material,
            size_bytes=len(stem) * 300_000,
            frames=1,
            frame_bytes=9,
            peaks=b"\x07",
        )
    assert (await served.material.CommitSegment(commit)).playable_samples == 4096
    read = library_service_pb2.ReadSegmentRequest(owner_id=OWNER, track_id=track.track_id, stem="vocals", index=0)
    chunks = [answer.chunk async for answer in served.library.ReadSegment(read)]
    assert b"".join(chunks) == b"vocals" * 300_000
    assert max(map(len, chunks)) <= 1024 * 1024
    await served.material.ConcludeTrack(
        material_service_pb2.ConcludeTrackRequest(
            track_id=track.track_id,
            job_id=submitted.job_id,
            outcome=material_service_pb2.OUTCOME_COMPLETED,
            length_samples=4096,
            warnings=["ignored 1 picture(s)", "ends 1.3 s earlier than it declares"],
            remarks=[PICTURE, EARLY],
        )
    )
    held = await served.holding.ListHeldUploads(upload_holding_service_pb2.ListHeldUploadsRequest())
    assert [(one.upload_id, one.finished) for one in held.uploads] == [(upload_id, True)]
    erased = await served.holding.EraseUpload(upload_holding_service_pb2.EraseUploadRequest(upload_id=upload_id))
    assert (erased.objects, erased.key_destroyed, erased.owner_id) == (6, True, OWNER)
    manifest = await served.library.GetManifest(
        library_service_pb2.GetManifestRequest(owner_id=OWNER, track_id=track.track_id)
    )
    assert manifest.track.state == track_pb2.TRACK_STATE_READY
    assert list(manifest.track.warnings) == [PICTURE.text, "of before there were words", EARLY.text]
    assert list(manifest.track.remarks) == [PICTURE, EARLY]
    assert not manifest.track.upload_held
    assert manifest.track.upload_erased_at.ToDatetime(tzinfo=datetime.UTC) == world.clock.now()
    assert manifest.segments[0].stems[0].peaks == b"\x07"


async def test_refusals_pass_through(served: Served) -> None:
    """What separation refuses arrives with its own status, reason, message and delay."""
    upload_id = await served.upload(b"x")
    told = Refusal(grpc.StatusCode.RESOURCE_EXHAUSTED, "MINUTES_EXHAUSTED", "No minutes.", None, {"left_s": "7"})
    served.separation.refusal = told
    assert await _refusal(served.create(upload_id)) == told
    served.separation.refusal = Refusal(grpc.StatusCode.UNAVAILABLE, "QUEUE_FULL", "Much is waiting.", 30.0)
    assert await _refusal(served.create(upload_id)) == served.separation.refusal
    served.separation.refusal = Refusal(grpc.StatusCode.INVALID_ARGUMENT, "MODEL_UNKNOWN", "No such model.")
    assert await _refusal(served.create(upload_id)) == served.separation.refusal
    served.separation.refusal = Refusal(grpc.StatusCode.INVALID_ARGUMENT, "PLAN_WITHOUT_DEFAULT", "Name one of: duo.")
    assert await _refusal(served.create(upload_id)) == served.separation.refusal
    served.separation.refusal = Refusal(grpc.StatusCode.FAILED_PRECONDITION, "UPLOAD_GONE", "Upload it again.")
    refusal = await _refusal(served.create(upload_id))
    assert (refusal.reason, refusal.message) == ("UPLOAD_GONE", "Upload it again.")
    served.separation.refusal = Refusal(grpc.StatusCode.INVALID_ARGUMENT, "TOO_LONG", "Too long.")
    assert await _refusal(served.create(upload_id)) == served.separation.refusal
    assert (await _refusal(served.create(upload_id))).reason == "UPLOAD_GONE"


async def test_separation_broken(served: Served) -> None:
    """When separation fails by its own fault the caller is told to come back, and the same request goes on."""
    upload_id = await served.upload(b"x")
    served.separation.refusal = Refusal(grpc.StatusCode.INTERNAL, "INTERNAL")
    refusal = await _refusal(served.create(upload_id))
    assert (refusal.code, refusal.reason) == (grpc.StatusCode.UNAVAILABLE, "SEPARATION_UNAVAILABLE")
    assert refusal.retry_after_s == 5
    served.separation.refusal = None
    assert (await served.create(upload_id)).state == track_pb2.TRACK_STATE_SEPARATING
    assert len({request.job_id for request in served.separation.requests}) == 1


async def test_broken_append(served: Served) -> None:
    """A caller that goes away in the middle of an append finds what it had sent stored, and goes on from there."""
    created = await served.library.CreateUpload(
        library_service_pb2.CreateUploadRequest(owner_id=OWNER, length_bytes=4000, file_name="a.mp3")
    )
    upload_id = created.upload.upload_id
    call = served.library.AppendUpload()
    for request in _append(upload_id, 0, [b"a" * 1000, b"b" * 1000, b"c" * 500]):
        await call.write(request)
    get = library_service_pb2.GetUploadRequest(owner_id=OWNER, upload_id=upload_id)

    async def offset_becomes(offset: int) -> None:
        for _ in range(10_000):
            if (await served.library.GetUpload(get)).upload.offset_bytes == offset:
                return
        pytest.fail(f"the upload never stood at {offset}")

    await asyncio.wait_for(offset_becomes(2000), 20)
    call.cancel()
    await asyncio.wait_for(offset_becomes(2500), 20)
    done = await served.library.AppendUpload(_append(upload_id, 2500, [b"d" * 1500]))
    assert done.upload.offset_bytes == 4000
    mismatch = await _refusal(served.library.AppendUpload(_append(upload_id, 2500, [b"d"])))
    assert (mismatch.code, mismatch.reason) == (grpc.StatusCode.ABORTED, "UPLOAD_OFFSET_MISMATCH")
    assert mismatch.facts == {"offset_bytes": "4000"}


async def test_a_link_through_the_service(served: Served) -> None:
    """A link is made, listed, opened and revoked through real gRPC; its token comes with its making alone."""
    track = await served.create(await served.upload(b"x"))
    made = await served.shares.CreateShare(
        share_service_pb2.CreateShareRequest(owner_id=OWNER, track_id=track.track_id, life_s=3600, view_json='{"a": 1}')
    )
    assert made.share.expires_at.seconds - made.share.created_at.seconds == 3600
    opening = share_service_pb2.OpenShareRequest(token=made.token)
    opened = await served.shares.OpenShare(opening)
    assert (opened.owner_id, opened.track_id, opened.view_json) == (OWNER, track.track_id, '{"a":1}')
    listing = share_service_pb2.ListSharesRequest(owner_id=OWNER, track_id=track.track_id)
    assert list((await served.shares.ListShares(listing)).shares) == [made.share]
    revocation = share_service_pb2.RevokeShareRequest(
        owner_id=OWNER, track_id=track.track_id, share_id=made.share.share_id
    )
    await served.shares.RevokeShare(revocation)
    refusal = await _refusal(served.shares.OpenShare(opening))
    assert (refusal.code, refusal.reason) == (grpc.StatusCode.NOT_FOUND, "SHARE_NOT_FOUND")


async def test_words_of_listeners_are_no_labels(served: Served) -> None:
    """A format that is not ours is refused without becoming a label of a metric."""
    spec = library_service_pb2.DownloadSpec(owner_id=OWNER, track_id="trk_1", format="mylyrics")
    call = served.library.ReadDownload(library_service_pb2.ReadDownloadRequest(spec=spec))
    assert (await _refusal(call.read())).reason == "UNKNOWN_FORMAT"
    assert b"mylyrics" not in prometheus_client.generate_latest()


async def test_wrong_caller(served: Served) -> None:
    """The gateway may not play the worker."""
    refusal = await _refusal(served.intruder.OpenTrack(material_service_pb2.OpenTrackRequest(track_id="trk_x")))
    assert refusal.code is grpc.StatusCode.PERMISSION_DENIED


async def test_stranger(served: Served) -> None:
    """Another's upload is NOT_FOUND, by its name."""
    upload_id = await served.upload(b"x")
    request = library_service_pb2.GetUploadRequest(owner_id=STRANGER, upload_id=upload_id)
    refusal = await _refusal(served.library.GetUpload(request))
    assert (refusal.code, refusal.reason) == (grpc.StatusCode.NOT_FOUND, "UPLOAD_NOT_FOUND")
