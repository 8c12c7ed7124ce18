"""What is on offer, what is used, what was erased."""

from __future__ import annotations

from typing import TYPE_CHECKING

from starlette.responses import Response

from services.gateway.api.calls import ask
from services.gateway.api.endpoint import Answer, Call, Endpoint, json_answer
from services.gateway.api.listing_routes import CURSOR, LIMIT
from services.gateway.api.mapping import erasure_json, model_json, pack_json, plan_json, receipt_json, usage_json
from stripsession.billing.v1 import billing_service_pb2
from stripsession.retention.v1 import retention_service_pb2
from stripsession.separation.v1 import separation_service_pb2

if TYPE_CHECKING:
    from stripsession.billing.v1.billing_service_pb2_grpc import BillingServiceAsyncStub
    from stripsession.retention.v1.retention_service_pb2_grpc import RetentionServiceAsyncStub
    from stripsession.separation.v1.separation_service_pb2_grpc import JobReadingServiceAsyncStub


class CatalogueRoutes:
    """Models, plans, usage, erasures."""

    def __init__(
        self,
        jobs: JobReadingServiceAsyncStub,
        billing: BillingServiceAsyncStub,
        retention: RetentionServiceAsyncStub,
    ) -> None:
        """Each is read only."""
        self._jobs = jobs
        self._billing = billing
        self._retention = retention

    def endpoints(self) -> list[Endpoint]:
        """The routes."""
        return [
            Endpoint(
                "GET",
                "/v1/models",
                "listModels",
                "The models that can separate.",
                self.models,
                (Answer(200, "All of them.", "ModelList"),),
                tag="models",
                refusals=("DEPENDENCY_AWAY",),
            ),
            Endpoint(
                "GET",
                "/v1/billing/plans",
                "listPlans",
                "The plans and packs on offer.",
                self.plans,
                (Answer(200, "All of them.", "Plans"),),
                tag="billing",
                description="What each gives; listPrices tells what it costs. What has no price there cannot be bought:"
                " it is what everybody begins with, or given by whoever runs the server. getUsage tells which one is"
                " yours.",
            ),
            Endpoint(
                "GET",
                "/v1/billing/usage",
                "getUsage",
                "What you have used and have left in this period.",
                self.usage,
                (Answer(200, "The period so far.", "Usage"),),
                tag="billing",
            ),
            Endpoint(
                "GET",
                "/v1/privacy/erasures",
                "listErasures",
                "Your uploads that were erased, newest first.",
                self.erasures,
                (Answer(200, "A page.", "ErasurePage"),),
                query=(CURSOR, LIMIT),
                tag="privacy",
                description="Of tracks, too: listReceipts.",
                refusals=("PAGE_TOKEN_INVALID",),
            ),
            Endpoint(
                "GET",
                "/v1/privacy/receipts",
                "listReceipts",
                "All of yours that was erased, uploads and tracks, newest first.",
                self.receipts,
                (Answer(200, "A page.", "ReceiptPage"),),
                query=(CURSOR, LIMIT),
                tag="privacy",
                description="A receipt says what is gone and when, and never what it was called. That of a track comes"
                " once the last of its objects is removed, moments after deleteTrack. getReceipt gives it signed.",
                refusals=("PAGE_TOKEN_INVALID",),
            ),
        ]

    async def models(self, _: Call) -> Response:
        """The models."""
        answer = await ask(self._jobs.ListModels, separation_service_pb2.ListModelsRequest())
        return json_answer({"models": [model_json(model) for model in answer.models]})

    async def plans(self, _: Call) -> Response:
        """The plans and packs."""
        answer = await ask(self._billing.ListPlans, billing_service_pb2.ListPlansRequest())
        plans, packs = [plan_json(plan) for plan in answer.plans], [pack_json(pack) for pack in answer.packs]
        return json_answer({"plans": plans, "packs": packs, "first_plan": answer.first_plan or None})

    async def usage(self, call: Call) -> Response:
        """The period so far."""
        request = billing_service_pb2.GetUsageRequest(owner_id=call.owner_id)
        return json_answer(usage_json(await ask(self._billing.GetUsage, request)))

    async def erasures(self, call: Call) -> Response:
        """What was erased."""
        request = retention_service_pb2.ListErasuresRequest(
            owner_id=call.owner_id, page_size=call.number("limit"), page_token=call.text("cursor")
        )
        answer = await ask(self._retention.ListErasures, request)
        erasures = [erasure_json(erasure) for erasure in answer.erasures]
        return json_answer({"erasures": erasures, "next_cursor": answer.next_page_token or None})

    async def receipts(self, call: Call) -> Response:
        """What was erased, of every kind."""
        request = retention_service_pb2.ListReceiptsRequest(
            owner_id=call.owner_id, page_size=call.number("limit"), page_token=call.text("cursor")
        )
        answer = await ask(self._retention.ListReceipts, request)
        receipts = [receipt_json(receipt) for receipt in answer.receipts if receipt.WhichOneof("gone")]
        return json_answer({"receipts": receipts, "next_cursor": answer.next_page_token or None})
