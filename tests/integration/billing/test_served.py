"""Billing over real gRPC with real certificates and a real PostgreSQL."""

from __future__ import annotations

import asyncio
import contextlib
import datetime
from collections.abc import AsyncIterator, Awaitable, Callable
from pathlib import Path

import grpc
import pytest

from chassis.health import Readiness
from chassis.identity import Certificates
from chassis.rpc.client import Channel
from chassis.rpc.errors import Refusal, from_error
from chassis.testing.clock import ManualClock
from chassis.testing.nats import free_port
from chassis.testing.postgres import PostgresServer
from services.billing.settings import BillingSettings
from services.billing.wiring import MIGRATIONS, make_ports, rpc_server, serve
from stripsession.billing.v1 import billing_service_pb2 as pb
from stripsession.billing.v1 import billing_service_pb2_grpc as pb_grpc

Open = Callable[[str], Channel]


@pytest.fixture
async def channel(postgres: PostgresServer, certificates: Path) -> AsyncIterator[Open]:
    """Opens a channel to a served billing with a named caller's certificate."""
    settings = BillingSettings(certificates=certificates, nats_url="", drain_s=1)
    readiness = Readiness()
    async with postgres.database("billing", MIGRATIONS) as database, contextlib.AsyncExitStack() as stack:
        server = rpc_server(settings, make_ports(settings, database, ManualClock()), readiness)
        await server.start()
        stack.push_async_callback(server.stop)
        await readiness.start()

        def open_as(caller: str) -> Channel:
            opened = Channel("billing", f"127.0.0.1:{server.port}", Certificates(certificates, caller))
            stack.push_async_callback(opened.stop)
            return opened

        yield open_as


@contextlib.asynccontextmanager
async def _refused() -> AsyncIterator[list[Refusal]]:
    caught: list[Refusal] = []
    with pytest.raises(grpc.aio.AioRpcError) as raised:
        yield caught
    caught.append(from_error(raised.value))


async def test_gateway_sees_plans_and_usage(channel: Open) -> None:
    """The gateway is told every plan, and a new person's whole month with its renewal date."""
    billing = pb_grpc.BillingServiceStub(channel("gateway").grpc)
    plans = await billing.ListPlans(pb.ListPlansRequest())
    assert [plan.name for plan in plans.plans] == ["free", "pro", "studio", "home"]
    usage = await billing.GetUsage(pb.GetUsageRequest(owner_id="usr_1"))
    assert (usage.plan.name, usage.settled_s, usage.reserved_s, usage.left_s) == ("free", 0, 0, 3600)
    assert usage.renews_at.ToDatetime(datetime.UTC) == datetime.datetime(2030, 2, 1, tzinfo=datetime.UTC)


async def test_separation_reserves_and_settles(channel: Open) -> None:
    """Separation sets seconds aside, charges them once, and usage tells both."""
    ledger = pb_grpc.LedgerServiceStub(channel("separation").grpc)
    billing = pb_grpc.BillingServiceStub(channel("gateway").grpc)
    allowance = await ledger.GetAllowance(pb.GetAllowanceRequest(owner_id="usr_1"))
    assert (allowance.longest_song_s, allowance.left_s) == (900, 3600)
    for job_id in ("job_1", "job_2"):
        await ledger.ReserveSeconds(pb.ReserveSecondsRequest(owner_id="usr_1", job_id=job_id, seconds=200))
    for _ in range(2):
        settled = await ledger.SettleSeconds(pb.SettleSecondsRequest(job_id="job_1", seconds=190))
        assert settled.charged_s == 190
    usage = await billing.GetUsage(pb.GetUsageRequest(owner_id="usr_1"))
    assert (usage.settled_s, usage.reserved_s, usage.left_s) == (190, 200, 3210)


async def test_refusals_name_their_reason(channel: Open) -> None:
    """Each refusal has the status, reason and facts that its callers were promised."""
    ledger = pb_grpc.LedgerServiceStub(channel("separation").grpc)
    for number in range(4):
        await ledger.ReserveSeconds(pb.ReserveSecondsRequest(owner_id="usr_1", job_id=f"job_{number}", seconds=880))
    await ledger.SettleSeconds(pb.SettleSecondsRequest(job_id="job_0", seconds=880))
    await ledger.ReleaseSeconds(pb.ReleaseSecondsRequest(job_id="unknown"))
    reserve, settle, release = ledger.ReserveSeconds, ledger.SettleSeconds, ledger.ReleaseSeconds
    code = grpc.StatusCode

    def asked(job_id: str, seconds: int, owner_id: str = "usr_1") -> pb.ReserveSecondsRequest:
        return pb.ReserveSecondsRequest(owner_id=owner_id, job_id=job_id, seconds=seconds)

    cases: tuple[tuple[Callable[[], Awaitable[object]], grpc.StatusCode, str], ...] = (
        (lambda: reserve(asked("new", 901)), code.INVALID_ARGUMENT, "TOO_LONG"),
        (lambda: reserve(asked("new", 0)), code.INVALID_ARGUMENT, "SECONDS_INVALID"),
        (lambda: reserve(asked("", 9)), code.INVALID_ARGUMENT, "IDENTIFIER_MISSING"),
        (lambda: reserve(asked("new", 81)), code.RESOURCE_EXHAUSTED, "MINUTES_EXHAUSTED"),
        (lambda: reserve(asked("unknown", 9)), code.FAILED_PRECONDITION, "RESERVATION_RELEASED"),
        (lambda: reserve(asked("job_1", 9, "usr_2")), code.FAILED_PRECONDITION, "RESERVATION_MISMATCH"),
        (
            lambda: settle(pb.SettleSecondsRequest(job_id="unknown", seconds=9)),
            code.FAILED_PRECONDITION,
            "RESERVATION_RELEASED",
        ),
        (lambda: settle(pb.SettleSecondsRequest(job_id="new", seconds=9)), code.NOT_FOUND, "RESERVATION_NOT_FOUND"),
        (lambda: release(pb.ReleaseSecondsRequest(job_id="job_0")), code.FAILED_PRECONDITION, "RESERVATION_SETTLED"),
    )
    for call, status, reason in cases:
        async with _refused() as caught:
            await call()
        assert (caught[0].code, caught[0].reason) == (status, reason)
    async with _refused() as caught:
        await reserve(asked("new", 81))
    assert caught[0].facts["left_s"] == "80"
    assert caught[0].facts["renews_at"] == "2030-02-01T00:00:00+00:00"


async def test_console_assigns_plans(channel: Open) -> None:
    """The operator puts a person on a plan that counts at once, and cannot name one that does not exist."""
    administration = pb_grpc.PlanAdministrationServiceStub(channel("console").grpc)
    answer = await administration.AssignPlan(pb.AssignPlanRequest(owner_id="usr_1", plan="home"))
    assert answer.plan.title == "Home"
    allowance = await pb_grpc.LedgerServiceStub(channel("separation").grpc).GetAllowance(
        pb.GetAllowanceRequest(owner_id="usr_1")
    )
    assert (allowance.longest_song_s, allowance.left_s) == (45 * 60, 100_000 * 60)
    async with _refused() as caught:
        await administration.AssignPlan(pb.AssignPlanRequest(owner_id="usr_1", plan="gold"))
    assert (caught[0].code, caught[0].reason) == (grpc.StatusCode.INVALID_ARGUMENT, "UNKNOWN_PLAN")


async def test_each_rpc_service_has_its_caller(channel: Open) -> None:
    """Only the gateway reads usage, only separation writes the ledger, only the console assigns plans."""
    for caller, allowed in (("gateway", 0), ("separation", 1), ("console", 2), ("library", None)):
        for number, call in enumerate(_one_call_each(channel(caller))):
            if number == allowed:
                await call()
                continue
            async with _refused() as caught:
                await call()
            assert caught[0].reason == "CALLER_NOT_ALLOWED"


def _one_call_each(channel: Channel) -> tuple[Callable[[], Awaitable[object]], ...]:
    return (
        lambda: pb_grpc.BillingServiceStub(channel.grpc).ListPlans(pb.ListPlansRequest()),
        lambda: pb_grpc.LedgerServiceStub(channel.grpc).ReleaseSeconds(pb.ReleaseSecondsRequest(job_id="job_1")),
        lambda: pb_grpc.PlanAdministrationServiceStub(channel.grpc).AssignPlan(
            pb.AssignPlanRequest(owner_id="usr_1", plan="pro")
        ),
    )


async def test_billing_answers_while_nats_is_away(postgres: PostgresServer, certificates: Path) -> None:
    """Started without NATS, billing is ready and answers: its truth is in PostgreSQL, and facts wait in the outbox."""
    listen = f"127.0.0.1:{free_port()}"
    async with postgres.database("billing", MIGRATIONS) as database:
        settings = BillingSettings(
            certificates=certificates,
            nats_url="nats://127.0.0.1:9",
            listen=listen,
            database_url=database._url,
            drain_s=1,
        )
        serving = asyncio.create_task(serve(settings))
        channel = Channel("billing", listen, Certificates(certificates, "gateway"))
        try:
            asked = pb_grpc.BillingServiceStub(channel.grpc).ListPlans(
                pb.ListPlansRequest(), timeout=15, wait_for_ready=True
            )
            assert (await asked).plans
        finally:
            await channel.stop()
            serving.cancel()
            await asyncio.wait((serving,), timeout=15)
        assert serving.cancelled()
