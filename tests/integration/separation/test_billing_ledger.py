"""Billing's refusals as separation understands them, over a real gRPC socket."""

from __future__ import annotations

from collections.abc import AsyncIterator
from pathlib import Path
from typing import Any

import grpc
import pytest

from chassis.health import Readiness
from chassis.identity import Certificates
from chassis.rpc.client import Channel
from chassis.rpc.errors import Refusal, RpcRefused
from chassis.rpc.server import RpcServer
from services.separation.clients.billing import BillingLedger
from services.separation.domain.errors import (
    AdmissionLapsed,
    DependencyAway,
    JobMismatch,
    MinutesExhausted,
    UploadRefused,
)
from services.separation.domain.tiers import Tier
from stripsession.billing.v1 import billing_service_pb2 as messages
from stripsession.billing.v1 import billing_service_pb2_grpc


class RefusingBilling(billing_service_pb2_grpc.LedgerServiceServicer):
    """Refuses every call, with the refusal at hand."""

    refusal = Refusal(grpc.StatusCode.INTERNAL, "")

    plan: messages.Plan | None = None

    async def GetAllowance(self, request: Any, context: Any) -> messages.GetAllowanceResponse:
        if self.plan is not None:
            return messages.GetAllowanceResponse(longest_song_s=600, left_s=60, plan=self.plan)
        raise RpcRefused(self.refusal)

    async def ReserveSeconds(self, request: Any, context: Any) -> messages.ReserveSecondsResponse:
        raise RpcRefused(self.refusal)

    async def SettleSeconds(self, request: Any, context: Any) -> messages.SettleSecondsResponse:
        raise RpcRefused(self.refusal)

    async def ReleaseSeconds(self, request: Any, context: Any) -> messages.ReleaseSecondsResponse:
        raise RpcRefused(self.refusal)

    async def ListOpenReservations(self, request: Any, context: Any) -> messages.ListOpenReservationsResponse:
        raise RpcRefused(self.refusal)


@pytest.fixture
async def billing(certificates: Path) -> AsyncIterator[tuple[RefusingBilling, BillingLedger]]:
    servicer = RefusingBilling()
    server = RpcServer(
        "127.0.0.1:0",
        Certificates(certificates, "billing"),
        statuses={},
        registrations=[lambda grpc: billing_service_pb2_grpc.add_LedgerServiceServicer_to_server(servicer, grpc)],
        readiness=Readiness(),
        drain_s=0.1,
    )
    await server.start()
    channel = Channel("billing", f"127.0.0.1:{server.port}", Certificates(certificates, "separation"))
    yield servicer, BillingLedger(channel.grpc)
    await channel.stop()
    await server.stop()


@pytest.mark.parametrize(
    ("code", "reason", "error"),
    [
        (grpc.StatusCode.RESOURCE_EXHAUSTED, "MINUTES_EXHAUSTED", MinutesExhausted),
        (grpc.StatusCode.INVALID_ARGUMENT, "TOO_LONG", UploadRefused),
        (grpc.StatusCode.INVALID_ARGUMENT, "SECONDS_INVALID", UploadRefused),
        (grpc.StatusCode.FAILED_PRECONDITION, "RESERVATION_MISMATCH", JobMismatch),
        (grpc.StatusCode.FAILED_PRECONDITION, "RESERVATION_RELEASED", AdmissionLapsed),
        (grpc.StatusCode.FAILED_PRECONDITION, "RESERVATION_SETTLED", AdmissionLapsed),
        (grpc.StatusCode.NOT_FOUND, "ACCOUNT_NOT_FOUND", AdmissionLapsed),
        (grpc.StatusCode.UNAVAILABLE, "STOPPING", DependencyAway),
    ],
)
async def test_a_refused_reservation_is_told_apart(
    billing: tuple[RefusingBilling, BillingLedger], code: grpc.StatusCode, reason: str, error: type[Exception]
) -> None:
    """Each of billing's refusals says whether the song may be admitted later, and an upload's keeps its reason."""
    servicer, ledger = billing
    servicer.refusal = Refusal(code, reason, "A sentence.")
    with pytest.raises(error) as caught:
        await ledger.reserve("usr_1", "job_1", 60)
    if isinstance(caught.value, UploadRefused):
        assert caught.value.reason == reason


@pytest.mark.parametrize(("named", "tier"), [("first", Tier.FIRST), ("platinum", Tier.STANDARD), ("", Tier.STANDARD)])
async def test_a_plan_says_where_its_jobs_wait(
    billing: tuple[RefusingBilling, BillingLedger], named: str, tier: Tier
) -> None:
    """Tier and jobs at once come with what a person may ask for; an unknown tier is the standard one."""
    servicer, ledger = billing
    servicer.plan = messages.Plan(name="some", title="Some", priority=named, parallel_jobs=3)
    allowance = await ledger.allowance("usr_1")
    assert (allowance.tier, allowance.parallel_jobs) == (tier, 3)
