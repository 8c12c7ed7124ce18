"""Calls under trouble: aborts, timeouts inside, cancelled streams, restarted servers, too many at once."""

from __future__ import annotations

import asyncio
import contextlib
from collections.abc import AsyncIterator, Awaitable, Callable
from pathlib import Path
from typing import cast

import asyncpg
import grpc
import pytest
from prometheus_client import REGISTRY

from chassis.health import Readiness
from chassis.identity import Certificates
from chassis.rpc.client import Channel
from chassis.rpc.errors import Refusal, RpcRefused, from_error
from chassis.rpc.server import RpcServer
from stripsession.billing.v1 import billing_service_pb2 as billing
from stripsession.billing.v1 import billing_service_pb2_grpc as billing_grpc
from stripsession.library.v1 import library_service_pb2 as library
from stripsession.library.v1 import library_service_pb2_grpc as library_grpc

_PATIENCE_S = 20.0
_BILLING = "stripsession.billing.v1.BillingService"
_LIBRARY = "stripsession.library.v1.LibraryService"
_READ = f"{_LIBRARY}/ReadSegment"
Answer = Callable[[grpc.aio.ServicerContext[object, object]], Awaitable[None]]


class OutOfStock(Exception):
    """There is nothing left."""


class Bills(billing_grpc.BillingServiceServicer):
    """Does what the test says."""

    def __init__(self) -> None:
        self.answer: Answer | None = None

    async def ListPlans(self, request: object, context: object) -> billing.ListPlansResponse:
        if self.answer is not None:
            await self.answer(context)  # type: ignore[arg-type]  # the generated base says object
        return billing.ListPlansResponse(plans=[billing.Plan(name="free")])


class Tracks(library_grpc.LibraryServiceServicer):
    """Streams for ever, and notes how its stream ended."""

    def __init__(self) -> None:
        self.ended: asyncio.Queue[str] = asyncio.Queue()

    async def ReadSegment(self, request: object, context: object) -> AsyncIterator[library.ReadSegmentResponse]:
        try:
            yield library.ReadSegmentResponse()
            yield library.ReadSegmentResponse()
            await asyncio.Event().wait()
        except BaseException as error:
            self.ended.put_nowait(type(error).__name__)
            raise


class House:
    """One server and one channel to it."""

    def __init__(self, certificates: Path, *, calls_max: int = 1_000) -> None:
        self.bills, self.tracks = Bills(), Tracks()  # type: ignore[abstract]  # the other methods stay as generated
        self._certificates = certificates
        self._calls_max = calls_max
        self._port = 0
        self.server: RpcServer | None = None

    async def start(self) -> None:
        self.server = RpcServer(
            f"127.0.0.1:{self._port}",
            Certificates(self._certificates, "billing"),
            statuses={OutOfStock: (grpc.StatusCode.NOT_FOUND, "OUT_OF_STOCK")},
            registrations=[
                lambda server: billing_grpc.add_BillingServiceServicer_to_server(self.bills, server),
                lambda server: library_grpc.add_LibraryServiceServicer_to_server(self.tracks, server),
            ],
            readiness=Readiness(),
            drain_s=0,
            calls_max=self._calls_max,
        )
        await self.server.start()
        self._port = self.server.port

    async def stop(self) -> None:
        assert self.server is not None
        await self.server.stop()

    def channel(self) -> Channel:
        own = Certificates(self._certificates, "gateway")
        return Channel("billing", f"127.0.0.1:{self._port}", own, idempotent=[f"{_BILLING}/ListPlans"])


@contextlib.asynccontextmanager
async def _house(certificates: Path, *, calls_max: int = 1_000) -> AsyncIterator[tuple[House, Channel]]:
    house = House(certificates, calls_max=calls_max)
    await house.start()
    channel = house.channel()
    try:
        yield house, channel
    finally:
        await channel.stop()
        await house.stop()


async def _refusal(channel: Channel) -> Refusal:
    with pytest.raises(grpc.aio.AioRpcError) as caught:
        await billing_grpc.BillingServiceStub(channel.grpc).ListPlans(billing.ListPlansRequest())
    return from_error(caught.value)


def _raising(error: BaseException) -> Answer:
    async def answer(context: object) -> None:
        raise error

    return answer


async def test_an_abort_of_the_servicer_itself_stands(certificates: Path) -> None:
    """A servicer that aborts on its own is heard as it spoke."""

    async def answer(context: grpc.aio.ServicerContext[object, object]) -> None:
        await context.abort(grpc.StatusCode.ALREADY_EXISTS, "it is there")

    async with _house(certificates) as (house, channel):
        house.bills.answer = answer
        refusal = await _refusal(channel)
        assert (refusal.code, refusal.message) == (grpc.StatusCode.ALREADY_EXISTS, "it is there")


@pytest.mark.parametrize(
    "error",
    [
        TimeoutError("inside"),
        ConnectionRefusedError("no"),
        asyncpg.CannotConnectNowError("starting up"),
        asyncpg.InterfaceError("connection is closed"),
        asyncpg.QueryCanceledError("statement timeout"),
        ExceptionGroup("one", [TimeoutError("inside")]),
    ],
)
async def test_something_away_is_not_our_fault_nor_the_callers(certificates: Path, error: Exception) -> None:
    """A database away, or a timeout inside, reads as unavailable with a time to try again."""
    async with _house(certificates) as (house, channel):
        house.bills.answer = _raising(error)
        refusal = await _refusal(channel)
        assert (refusal.code, refusal.reason) == (grpc.StatusCode.UNAVAILABLE, "DEPENDENCY_UNAVAILABLE")
        assert refusal.retry_after_s == 1.0


async def test_an_error_out_of_a_task_group_keeps_its_meaning(certificates: Path) -> None:
    """A domain error that a task group wrapped is still the domain's error."""
    async with _house(certificates) as (house, channel):
        house.bills.answer = _raising(ExceptionGroup("one", [OutOfStock()]))
        assert (await _refusal(channel)).reason == "OUT_OF_STOCK"


async def test_a_refusal_too_large_for_headers_still_arrives(certificates: Path) -> None:
    """Long texts, strange facts and an endless wait are cut to what a status can carry."""
    facts = {f"fact {number}": "x" * 10_000 for number in range(5)}
    refusal = Refusal(grpc.StatusCode.NOT_FOUND, "GONE", "m" * 100_000, float("inf"), facts)
    async with _house(certificates) as (house, channel):
        house.bills.answer = _raising(RpcRefused(refusal))
        arrived = await _refusal(channel)
        assert (arrived.code, arrived.reason, len(arrived.message)) == (grpc.StatusCode.NOT_FOUND, "GONE", 1_000)
        assert arrived.retry_after_s == 86_400


async def test_a_cancelled_stream_is_ended_and_counted(certificates: Path) -> None:
    """A caller that walks away ends the servicer's stream at once, and it counts as cancelled."""
    cancelled, completed = _count(_READ, "CANCELLED"), _count(_READ, "OK")
    async with _house(certificates) as (house, channel):
        call = library_grpc.LibraryServiceStub(channel.grpc).ReadSegment(
            library.ReadSegmentRequest(owner_id="usr_listener")
        )
        await call.read()
        call.cancel()
        assert await asyncio.wait_for(house.tracks.ended.get(), _PATIENCE_S) in {"CancelledError", "GeneratorExit"}
    assert _count(_READ, "CANCELLED") == cancelled + 1
    assert _count(_READ, "OK") == completed


async def test_a_cancelled_call_reaches_the_server(certificates: Path) -> None:
    """Cancelling the awaiting of an answer cancels the work on the server."""
    begun, ended = asyncio.Event(), asyncio.Event()

    async def answer(context: object) -> None:
        begun.set()
        try:
            await asyncio.Event().wait()
        finally:
            ended.set()

    async with _house(certificates) as (house, channel):
        house.bills.answer = answer
        stub = billing_grpc.BillingServiceStub(channel.grpc)
        waiting = asyncio.ensure_future(_listed(stub))
        await asyncio.wait_for(begun.wait(), _PATIENCE_S)
        waiting.cancel()
        await asyncio.wait_for(ended.wait(), _PATIENCE_S)
        await asyncio.wait((waiting,))


async def test_too_many_calls_are_refused(certificates: Path) -> None:
    """A full server refuses at once and serves those it has."""
    begun, go_on = asyncio.Event(), asyncio.Event()

    async def answer(context: object) -> None:
        begun.set()
        await go_on.wait()

    async with _house(certificates, calls_max=1) as (house, channel):
        house.bills.answer = answer
        first = asyncio.ensure_future(_listed(billing_grpc.BillingServiceStub(channel.grpc)))
        await asyncio.wait_for(begun.wait(), _PATIENCE_S)
        assert (await _refusal(channel)).code == grpc.StatusCode.RESOURCE_EXHAUSTED
        go_on.set()
        assert await first == ["free"]


async def test_a_restarted_server_is_found_again(certificates: Path) -> None:
    """Calls that wait for the server survive its restart, and a second after it every call is answered."""
    async with _house(certificates) as (house, channel):
        stub = billing_grpc.BillingServiceStub(channel.grpc)
        assert await _listed(stub) == ["free"]
        await house.stop()
        patient = asyncio.ensure_future(_listed(stub, wait_for_ready=True))
        assert (await _refusal(channel)).reason == "UNREACHABLE"
        await house.start()
        loop = asyncio.get_running_loop()
        began = loop.time()
        assert await patient == ["free"]
        assert await _listed(stub) == ["free"]
        assert loop.time() - began < 3


async def _listed(stub: billing_grpc.BillingServiceStub, *, wait_for_ready: bool = False) -> list[str]:
    request = billing.ListPlansRequest()
    call = cast(
        "grpc.aio.UnaryUnaryCall[billing.ListPlansRequest, billing.ListPlansResponse]",
        stub.ListPlans(request, wait_for_ready=wait_for_ready, timeout=_PATIENCE_S),
    )
    return [plan.name for plan in (await call).plans]


def _count(method: str, code: str) -> float:
    return REGISTRY.get_sample_value("stripsession_rpc_seconds_count", {"method": method, "code": code}) or 0.0
