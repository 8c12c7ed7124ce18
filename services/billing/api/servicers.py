"""Billing's three RPC services; each is open to one caller."""

from __future__ import annotations

from chassis import metrics
from chassis.rpc.interceptors import Context
from services.billing.api.ledger_pages import age_of, entries_message, number_of, place_of, reservations_message
from services.billing.api.mapping import named, pack_message, plan_message, usage_message
from services.billing.app.assign_plan import exchange_plan
from services.billing.app.get_usage import get_usage
from services.billing.app.list_entries import list_entries
from services.billing.app.list_open_reservations import list_open_reservations
from services.billing.app.ports import Ports
from services.billing.app.release_seconds import release_seconds
from services.billing.app.reserve_seconds import reserve_seconds
from services.billing.app.settle_seconds import settle_seconds
from stripsession.billing.v1 import billing_service_pb2 as pb
from stripsession.billing.v1 import billing_service_pb2_grpc as pb_grpc


class BillingServicer(pb_grpc.BillingServiceServicer):
    """What the gateway asks."""

    def __init__(self, ports: Ports) -> None:
        """Answers from these."""
        self._ports = ports

    async def ListPlans(self, request: pb.ListPlansRequest, context: Context) -> pb.ListPlansResponse:
        """The plans and packs on offer."""
        offers = self._ports.plans
        return pb.ListPlansResponse(
            plans=[plan_message(plan) for plan in offers.plans],
            packs=[pack_message(pack) for pack in offers.packs],
            first_plan=offers.default.name,
        )

    async def GetUsage(self, request: pb.GetUsageRequest, context: Context) -> pb.GetUsageResponse:
        """What a person has used and has left in this period."""
        return usage_message(await get_usage(self._ports, named(request.owner_id)))

    async def ListLedgerEntries(
        self, request: pb.ListLedgerEntriesRequest, context: Context
    ) -> pb.ListLedgerEntriesResponse:
        """A page of a person's ledger, newest first."""
        before = number_of(request.page_token)
        return entries_message(await list_entries(self._ports, named(request.owner_id), before, request.page_size))


class LedgerServicer(pb_grpc.LedgerServiceServicer):
    """What separation asks."""

    def __init__(self, ports: Ports) -> None:
        """Writes to these."""
        self._ports = ports

    async def GetAllowance(self, request: pb.GetAllowanceRequest, context: Context) -> pb.GetAllowanceResponse:
        """What a person may ask for now."""
        usage = await get_usage(self._ports, named(request.owner_id))
        return pb.GetAllowanceResponse(
            longest_song_s=usage.state.plan.longest_song_s,
            left_s=usage.left_s,
            plan=plan_message(usage.state.plan),
        )

    async def ReserveSeconds(self, request: pb.ReserveSecondsRequest, context: Context) -> pb.ReserveSecondsResponse:
        """Sets seconds aside for a job."""
        left_s = await reserve_seconds(self._ports, named(request.owner_id), named(request.job_id), request.seconds)
        return pb.ReserveSecondsResponse(left_s=left_s)

    async def SettleSeconds(self, request: pb.SettleSecondsRequest, context: Context) -> pb.SettleSecondsResponse:
        """Charges a job."""
        settlement = await settle_seconds(self._ports, named(request.job_id), request.seconds)
        if settlement.is_new:
            metrics.SECONDS_CHARGED.inc(settlement.charged_s)
        return pb.SettleSecondsResponse(charged_s=settlement.charged_s)

    async def ReleaseSeconds(self, request: pb.ReleaseSecondsRequest, context: Context) -> pb.ReleaseSecondsResponse:
        """Gives a job's seconds back."""
        await release_seconds(self._ports, named(request.job_id))
        return pb.ReleaseSecondsResponse()

    async def ListOpenReservations(
        self, request: pb.ListOpenReservationsRequest, context: Context
    ) -> pb.ListOpenReservationsResponse:
        """Reservations that were never ended."""
        place, age = place_of(request.page_token), age_of(request.older_than)
        return reservations_message(await list_open_reservations(self._ports, age, place, request.page_size))


class PlanAdministrationServicer(pb_grpc.PlanAdministrationServiceServicer):
    """What the operator's command line asks."""

    def __init__(self, ports: Ports) -> None:
        """Writes to these."""
        self._ports = ports

    async def AssignPlan(self, request: pb.AssignPlanRequest, context: Context) -> pb.AssignPlanResponse:
        """Puts a person on a plan."""
        plan, before = await exchange_plan(self._ports, named(request.owner_id), request.plan)
        return pb.AssignPlanResponse(plan=plan_message(plan), plan_before=before)
