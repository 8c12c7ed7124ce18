"""Billing as the gateway asks it."""

from __future__ import annotations

from typing import Any

from stripsession.billing.v1 import billing_service_pb2, billing_service_pb2_grpc


class FakeBilling(billing_service_pb2_grpc.BillingServiceServicer):
    PLAN = billing_service_pb2.Plan(name="free", title="Free", seconds_a_month=600, longest_song_s=600, parallel_jobs=1)

    async def ListPlans(self, request: Any, context: Any) -> billing_service_pb2.ListPlansResponse:
        pack = billing_service_pb2.Pack(name="hour", title="60 minutes", seconds=3600, life_days=365)
        return billing_service_pb2.ListPlansResponse(plans=[self.PLAN], packs=[pack], first_plan=self.PLAN.name)

    async def GetUsage(self, request: Any, context: Any) -> billing_service_pb2.GetUsageResponse:
        grant = billing_service_pb2.Grant(
            grant_id="top_up:cs_1", source=billing_service_pb2.GRANT_SOURCE_TOP_UP, granted_s=600, left_s=500
        )
        return billing_service_pb2.GetUsageResponse(plan=self.PLAN, settled_s=100, left_s=500, grants=[grant])

    async def ListLedgerEntries(self, request: Any, context: Any) -> billing_service_pb2.ListLedgerEntriesResponse:
        return billing_service_pb2.ListLedgerEntriesResponse()
