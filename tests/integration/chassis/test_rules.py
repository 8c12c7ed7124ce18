"""An RPC is open to whom its contract says, in the name of a person where it says so, over real sockets."""

from __future__ import annotations

import contextlib
from collections.abc import AsyncIterator, Iterator
from pathlib import Path
from typing import Any

import grpc
import pytest
from google.protobuf import descriptor_pb2, descriptor_pool

from chassis.health import Readiness
from chassis.identity import Certificates
from chassis.rpc.client import Channel
from chassis.rpc.errors import Refusal, from_error
from chassis.rpc.rules import RpcUndeclared, rules_of
from chassis.rpc.server import Registration, RpcServer
from stripsession.billing.v1 import billing_service_pb2 as billing
from stripsession.billing.v1 import billing_service_pb2_grpc as billing_grpc
from stripsession.library.v1 import library_service_pb2 as library
from stripsession.library.v1 import library_service_pb2_grpc as library_grpc

UNDECLARED = "stripsession.undeclared.v1.UndeclaredService"


class Tracks(library_grpc.LibraryServiceServicer):
    """Answers everything, and keeps what it was asked."""

    def __init__(self) -> None:
        self.asked: list[object] = []

    async def GetTrack(self, request: library.GetTrackRequest, context: object) -> library.GetTrackResponse:
        self.asked.append(request)
        return library.GetTrackResponse()

    async def DescribeDownload(
        self, request: library.DescribeDownloadRequest, context: object
    ) -> library.DescribeDownloadResponse:
        self.asked.append(request)
        return library.DescribeDownloadResponse()

    async def ReadDownload(
        self, request: library.ReadDownloadRequest, context: object
    ) -> AsyncIterator[library.ReadDownloadResponse]:
        self.asked.append(request)
        yield library.ReadDownloadResponse()

    async def AppendUpload(
        self, request_iterator: AsyncIterator[library.AppendUploadRequest], context: object
    ) -> library.AppendUploadResponse:
        self.asked += [request async for request in request_iterator]
        return library.AppendUploadResponse()


def _server(certificates: Path, registration: Registration) -> RpcServer:
    return RpcServer(
        "127.0.0.1:0",
        Certificates(certificates, "library"),
        statuses={},
        registrations=[registration],
        readiness=Readiness(),
        drain_s=0,
    )


@contextlib.asynccontextmanager
async def _served(certificates: Path) -> AsyncIterator[tuple[Tracks, library_grpc.LibraryServiceAsyncStub]]:
    tracks = Tracks()  # type: ignore[abstract]  # the other methods stay as generated
    server = _server(certificates, lambda grpc: library_grpc.add_LibraryServiceServicer_to_server(tracks, grpc))
    await server.start()
    channel = Channel("library", f"127.0.0.1:{server.port}", Certificates(certificates, "gateway"))
    yield tracks, library_grpc.LibraryServiceStub(channel.grpc)
    await channel.stop()
    await server.stop()


def _append(*requests: library.AppendUploadRequest) -> Iterator[library.AppendUploadRequest]:
    yield from requests


def _start(owner_id: str) -> library.AppendUploadRequest:
    return library.AppendUploadRequest(start=library.AppendStart(owner_id=owner_id, upload_id="upl_1"))


CHUNK = library.AppendUploadRequest(chunk=b"song")


async def test_a_request_that_names_nobody_reaches_no_servicer(certificates: Path) -> None:
    """Where a person acts, a request, nested message or stream that leaves them out, or blank, is refused."""
    async with _served(certificates) as (tracks, stub):
        calls: list[Any] = [
            stub.GetTrack(library.GetTrackRequest(track_id="trk_1")),
            stub.GetTrack(library.GetTrackRequest(owner_id=" ", track_id="trk_1")),
            stub.DescribeDownload(library.DescribeDownloadRequest()),
            stub.DescribeDownload(library.DescribeDownloadRequest(spec=library.DownloadSpec(track_id="trk_1"))),
            stub.AppendUpload(_append()),
            stub.AppendUpload(_append(CHUNK)),
            stub.AppendUpload(_append(_start(""), CHUNK)),
            stub.AppendUpload(_append(CHUNK, _start("usr_1"))),
        ]
        for call in calls:
            with pytest.raises(grpc.aio.AioRpcError) as caught:
                await call
            _nobody(from_error(caught.value))
        with pytest.raises(grpc.aio.AioRpcError) as caught:
            await stub.ReadDownload(library.ReadDownloadRequest()).read()
        _nobody(from_error(caught.value))
        assert tracks.asked == []


def _nobody(refusal: Refusal) -> None:
    assert (refusal.code, refusal.reason) == (grpc.StatusCode.INVALID_ARGUMENT, "IDENTIFIER_MISSING")


async def test_a_request_that_names_a_person_arrives_whole(certificates: Path) -> None:
    """A request that names its person, and every message of a stream whose first does, reach the servicer."""
    async with _served(certificates) as (tracks, stub):
        await stub.GetTrack(library.GetTrackRequest(owner_id="usr_1"))
        spec = library.DownloadSpec(owner_id="usr_1")
        assert await stub.ReadDownload(library.ReadDownloadRequest(spec=spec)).read() == library.ReadDownloadResponse()
        await stub.AppendUpload(_append(_start("usr_1"), CHUNK, CHUNK))
        assert tracks.asked == [
            library.GetTrackRequest(owner_id="usr_1"),
            library.ReadDownloadRequest(spec=spec),
            _start("usr_1"),
            CHUNK,
            CHUNK,
        ]


async def test_a_server_with_an_undeclared_rpc_does_not_start(certificates: Path) -> None:
    """A service whose contract forgot a rule is not served; nor is one of no contract."""
    _declare_nothing()

    def register(server: grpc.aio.Server) -> None:
        server.add_registered_method_handlers(UNDECLARED, {})

    with pytest.raises(RpcUndeclared, match=f"{UNDECLARED}.Read declares no stripsession.authorization.v1.rule"):
        await _server(certificates, register).start()
    with pytest.raises(RpcUndeclared, match="is no service of a contract"):
        rules_of("stripsession.unheard.v1.UnheardService")


async def test_what_is_registered_past_the_contracts_is_open_to_nobody(certificates: Path) -> None:
    """A handler that no contract declares is refused to every certificate."""

    async def answer(request: object, context: object) -> billing.ListPlansResponse:
        return billing.ListPlansResponse()

    handler = grpc.method_handlers_generic_handler(
        "stripsession.billing.v1.BillingService",
        {
            "ListPlans": grpc.unary_unary_rpc_method_handler(
                answer, billing.ListPlansRequest.FromString, billing.ListPlansResponse.SerializeToString
            )
        },
    )
    server = _server(certificates, lambda grpc: grpc.add_generic_rpc_handlers((handler,)))
    await server.start()
    channel = Channel("library", f"127.0.0.1:{server.port}", Certificates(certificates, "gateway"))
    with pytest.raises(grpc.aio.AioRpcError) as caught:
        await billing_grpc.BillingServiceStub(channel.grpc).ListPlans(billing.ListPlansRequest())
    assert from_error(caught.value).reason == "CALLER_NOT_ALLOWED"
    await channel.stop()
    await server.stop()


def _declare_nothing() -> None:
    file = descriptor_pb2.FileDescriptorProto(
        name="stripsession/undeclared/v1/undeclared_service.proto", package="stripsession.undeclared.v1"
    )
    file.message_type.add(name="Nothing")
    service = file.service.add(name="UndeclaredService")
    kind = ".stripsession.undeclared.v1.Nothing"
    service.method.add(name="Read", input_type=kind, output_type=kind)
    descriptor_pool.Default().AddSerializedFile(file.SerializeToString())
