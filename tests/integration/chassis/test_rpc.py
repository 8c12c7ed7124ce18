"""gRPC over real sockets with real certificates."""

from __future__ import annotations

import asyncio
import contextlib
from collections.abc import AsyncIterator
from pathlib import Path

import grpc
import pytest
from grpc_health.v1 import health_pb2

from chassis.health import Readiness
from chassis.identity import Certificates
from chassis.rpc.client import Channel
from chassis.rpc.errors import from_error
from chassis.rpc.server import RpcServer
from stripsession.billing.v1 import billing_service_pb2 as pb
from stripsession.billing.v1 import billing_service_pb2_grpc as pb_grpc


class OutOfStock(Exception):
    """There is nothing left."""

    retry_after_s = 2.5


class Servicer(pb_grpc.BillingServiceServicer):
    """Answers by the owner's name."""

    async def ListPlans(self, request: pb.ListPlansRequest, context: object) -> pb.ListPlansResponse:
        return pb.ListPlansResponse(plans=[pb.Plan(name="free")])

    async def GetUsage(self, request: pb.GetUsageRequest, context: object) -> pb.GetUsageResponse:
        if request.owner_id == "known fault":
            raise OutOfStock
        if request.owner_id == "slow":
            await asyncio.Event().wait()
        raise ValueError("secret detail")

    async def ListLedgerEntries(
        self, request: pb.ListLedgerEntriesRequest, context: object
    ) -> pb.ListLedgerEntriesResponse:
        return pb.ListLedgerEntriesResponse()


@contextlib.asynccontextmanager
async def _served(certificates: Path, caller: str = "gateway") -> AsyncIterator[tuple[Channel, RpcServer]]:
    readiness = Readiness()
    server = RpcServer(
        "127.0.0.1:0",
        Certificates(certificates, "billing"),
        statuses={OutOfStock: (grpc.StatusCode.RESOURCE_EXHAUSTED, "OUT_OF_STOCK")},
        registrations=[lambda s: pb_grpc.add_BillingServiceServicer_to_server(Servicer(), s)],
        readiness=readiness,
        drain_s=1,
    )
    await server.start()
    await readiness.start()
    channel = Channel("billing", f"127.0.0.1:{server.port}", Certificates(certificates, caller))
    try:
        yield channel, server
    finally:
        await channel.stop()
        await readiness.stop()
        await server.stop()


async def test_allowed_caller_is_answered(certificates: Path) -> None:
    """A caller on the list gets its answer over mTLS."""
    async with _served(certificates) as (channel, _):
        answer = await pb_grpc.BillingServiceStub(channel.grpc).ListPlans(pb.ListPlansRequest())
        assert [plan.name for plan in answer.plans] == ["free"]


async def test_other_service_is_refused(certificates: Path) -> None:
    """A certificate of ours that is not on the list is denied."""
    async with _served(certificates, caller="library") as (channel, _):
        with pytest.raises(grpc.aio.AioRpcError) as caught:
            await pb_grpc.BillingServiceStub(channel.grpc).ListPlans(pb.ListPlansRequest())
        assert from_error(caught.value).reason == "CALLER_NOT_ALLOWED"


async def test_stranger_cannot_connect(certificates: Path) -> None:
    """Without a certificate of our authority there is no connection."""
    async with _served(certificates) as (_, server):
        credentials = grpc.ssl_channel_credentials((certificates / "ca.pem").read_bytes())
        options = [("grpc.ssl_target_name_override", "billing.stripsession.internal")]
        async with grpc.aio.secure_channel(f"127.0.0.1:{server.port}", credentials, options) as channel:
            with pytest.raises(grpc.aio.AioRpcError) as caught:
                await pb_grpc.BillingServiceStub(channel).ListPlans(pb.ListPlansRequest(), timeout=3)
        assert caught.value.code() == grpc.StatusCode.UNAVAILABLE


async def test_domain_error_crosses_whole(certificates: Path) -> None:
    """A domain error arrives as code, reason, its docstring as message, and when to try again."""
    async with _served(certificates) as (channel, _):
        with pytest.raises(grpc.aio.AioRpcError) as caught:
            await pb_grpc.BillingServiceStub(channel.grpc).GetUsage(pb.GetUsageRequest(owner_id="known fault"))
        refusal = from_error(caught.value)
        assert (refusal.code, refusal.reason) == (grpc.StatusCode.RESOURCE_EXHAUSTED, "OUT_OF_STOCK")
        assert (refusal.message, refusal.retry_after_s) == ("There is nothing left.", 2.5)


async def test_unknown_failure_says_nothing(certificates: Path) -> None:
    """An unexpected exception becomes INTERNAL, and its text stays on the server."""
    async with _served(certificates) as (channel, _):
        with pytest.raises(grpc.aio.AioRpcError) as caught:
            await pb_grpc.BillingServiceStub(channel.grpc).GetUsage(pb.GetUsageRequest(owner_id="unknown fault"))
        assert caught.value.code() == grpc.StatusCode.INTERNAL
        assert "secret" not in (caught.value.details() or "")


async def test_deadline_ends_slow_work(certificates: Path) -> None:
    """A call that outlasts its deadline is ended and says so."""
    async with _served(certificates) as (channel, _):
        with pytest.raises(grpc.aio.AioRpcError) as caught:
            await pb_grpc.BillingServiceStub(channel.grpc).GetUsage(pb.GetUsageRequest(owner_id="slow"), timeout=0.3)
        assert caught.value.code() == grpc.StatusCode.DEADLINE_EXCEEDED


async def test_health_says_serving(certificates: Path) -> None:
    """The standard health service answers any certificate of ours."""
    async with _served(certificates, caller="console") as (channel, _):
        check = channel.grpc.unary_unary(
            "/grpc.health.v1.Health/Check",
            request_serializer=health_pb2.HealthCheckRequest.SerializeToString,
            response_deserializer=health_pb2.HealthCheckResponse.FromString,
        )
        answer = await check(health_pb2.HealthCheckRequest())
        assert answer.status == health_pb2.HealthCheckResponse.SERVING
