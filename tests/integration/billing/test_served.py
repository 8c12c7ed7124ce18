"""Billing over real gRPC with real certificates and a real PostgreSQL."""

from __future__ import annotations

import asyncio
import base64
import contextlib
import datetime
from collections.abc import AsyncIterator, Awaitable, Callable
from pathlib import Path

import grpc
import pytest
from google.protobuf.duration_pb2 import Duration

from chassis.db.operator_acts import OperatorActs
from chassis.health import Readiness
from chassis.identity import Certificates
from chassis.rpc.client import Channel
from chassis.rpc.errors import Refusal, from_error
from chassis.testing.clock import ManualClock
from chassis.testing.nats import free_port
from chassis.testing.postgres import PostgresServer
from services.billing.settings import BillingSettings
from services.billing.wiring import MIGRATIONS, Payments, make_ports, rpc_server, serve
from stripsession.billing.v1 import billing_service_pb2 as pb
from stripsession.billing.v1 import billing_service_pb2_grpc as pb_grpc

Open = Callable[[str], Channel]


@pytest.fixture
def clock() -> ManualClock:
    return ManualClock()


@pytest.fixture
async def channel(postgres: PostgresServer, certificates: Path, clock: ManualClock) -> AsyncIterator[Open]:
    """Opens a channel to a served billing with a named caller's certificate."""
    settings = BillingSettings(certificates=certificates, nats_url="", drain_s=1)
    readiness = Readiness()
    async with postgres.database("billing", MIGRATIONS) as database, contextlib.AsyncExitStack() as stack:
        ports = make_ports(settings, database, clock)
        server = rpc_server(settings, ports, readiness, Payments(settings, ports, database), OperatorActs(database))
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


async def test_gateway_sees_what_plans_allow(channel: Open) -> None:
    """Plans tell the tier their jobs wait in, how many run at once and their formats; packs what they hold."""
    billing = pb_grpc.BillingServiceStub(channel("gateway").grpc)
    offers = await billing.ListPlans(pb.ListPlansRequest())
    assert [(plan.name, plan.priority, plan.parallel_jobs) for plan in offers.plans] == [
        ("free", "standard", 1),
        ("pro", "priority", 3),
        ("studio", "first", 5),
        ("home", "standard", 2),
    ]
    assert [bool(plan.formats) for plan in offers.plans] == [True, False, False, False]
    assert [(pack.name, pack.seconds, pack.life_days) for pack in offers.packs] == [
        ("hour", 3_600, 365),
        ("album", 18_000, 365),
        ("archive", 72_000, 365),
    ]
    ledger = pb_grpc.LedgerServiceStub(channel("separation").grpc)
    allowed = await ledger.GetAllowance(pb.GetAllowanceRequest(owner_id="usr_1"))
    assert (allowed.plan.priority, allowed.plan.parallel_jobs) == ("standard", 1)


async def test_usage_tells_each_grant(channel: Open) -> None:
    """The month's grant is told with its end, what is left and what is set aside of it."""
    ledger = pb_grpc.LedgerServiceStub(channel("separation").grpc)
    billing = pb_grpc.BillingServiceStub(channel("gateway").grpc)
    await ledger.ReserveSeconds(pb.ReserveSecondsRequest(owner_id="usr_1", job_id="job_1", seconds=200))
    (grant,) = (await billing.GetUsage(pb.GetUsageRequest(owner_id="usr_1"))).grants
    assert (grant.grant_id, grant.source) == ("plan_month:usr_1:2030-01", pb.GRANT_SOURCE_PLAN_MONTH)
    assert (grant.plan, grant.granted_s, grant.settled_s, grant.reserved_s, grant.left_s) == (
        "free",
        3600,
        0,
        200,
        3400,
    )
    assert grant.starts_at.ToDatetime(datetime.UTC) == datetime.datetime(2030, 1, 1, tzinfo=datetime.UTC)
    assert grant.expires_at.ToDatetime(datetime.UTC) == datetime.datetime(2030, 2, 1, tzinfo=datetime.UTC)


async def test_gateway_pages_through_a_persons_ledger(channel: Open) -> None:
    """A person's entries come newest first with what they do to each grant; a token of somebody's making is refused."""
    ledger = pb_grpc.LedgerServiceStub(channel("separation").grpc)
    billing = pb_grpc.BillingServiceStub(channel("gateway").grpc)
    for owner_id in ("usr_1", "usr_2"):
        job_id = f"job_of_{owner_id}"
        await ledger.ReserveSeconds(pb.ReserveSecondsRequest(owner_id=owner_id, job_id=job_id, seconds=200))
    await ledger.SettleSeconds(pb.SettleSecondsRequest(job_id="job_of_usr_1", seconds=190))
    request = pb.ListLedgerEntriesRequest(owner_id="usr_1", page_size=1)
    seen: list[pb.LedgerEntry] = []
    while len(seen) < 5:
        page = await billing.ListLedgerEntries(request)
        seen += page.entries
        request.page_token = page.next_page_token
        if not page.next_page_token:
            break
    assert [(each.kind, each.job_id, each.seconds, each.balance_change_s) for each in seen] == [
        (pb.LEDGER_ENTRY_KIND_SETTLE, "job_of_usr_1", 190, 10),
        (pb.LEDGER_ENTRY_KIND_RESERVE, "job_of_usr_1", 200, -200),
        (pb.LEDGER_ENTRY_KIND_GRANT, "", 3600, 3600),
    ]
    assert list(seen[0].postings) == [
        pb.LedgerPosting(grant_id="plan_month:usr_1:2030-01", left_change_s=10, held_change_s=-200)
    ]
    for token in ("x", "-1", "9" * 19, "9" * 40, "\u0663"):
        async with _refused() as caught:
            await billing.ListLedgerEntries(pb.ListLedgerEntriesRequest(owner_id="usr_1", page_token=token))
        assert (caught[0].code, caught[0].reason) == (grpc.StatusCode.INVALID_ARGUMENT, "PAGE_TOKEN_INVALID")


async def test_separation_finds_reservations_that_never_ended(channel: Open, clock: ManualClock) -> None:
    """Open reservations are told page by page with whose and how much; a token of somebody's making is refused."""
    ledger = pb_grpc.LedgerServiceStub(channel("separation").grpc)
    for number in range(3):
        await ledger.ReserveSeconds(pb.ReserveSecondsRequest(owner_id="usr_1", job_id=f"job_{number}", seconds=60))
    await ledger.ReleaseSeconds(pb.ReleaseSecondsRequest(job_id="job_1"))
    clock.advance(hours=2)
    request = pb.ListOpenReservationsRequest(older_than=Duration(seconds=7_200))
    assert not (await ledger.ListOpenReservations(request)).reservations
    clock.advance(seconds=1)
    request.page_size = 1
    first = await ledger.ListOpenReservations(request)
    request.page_token = first.next_page_token
    second = await ledger.ListOpenReservations(request)
    assert [(each.job_id, each.owner_id, each.reserved_s) for each in (*first.reservations, *second.reservations)] == [
        ("job_0", "usr_1", 60),
        ("job_2", "usr_1", 60),
    ]
    assert second.next_page_token == ""
    for age_s in (-1, 10**11):
        request = pb.ListOpenReservationsRequest(older_than=Duration(seconds=age_s))
        assert len((await ledger.ListOpenReservations(request)).reservations) == (2 if age_s < 0 else 0)
    for token in (
        "x",
        "AAAA",
        base64.urlsafe_b64encode(b"2030-01-01 job").decode(),
        base64.b64encode(b"\xff").decode(),
    ):
        async with _refused() as caught:
            await ledger.ListOpenReservations(pb.ListOpenReservationsRequest(page_token=token))
        assert (caught[0].code, caught[0].reason) == (grpc.StatusCode.INVALID_ARGUMENT, "PAGE_TOKEN_INVALID")


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
    assert (answer.plan.title, answer.plan_before) == ("Home", "free")
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
