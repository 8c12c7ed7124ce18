"""Billing's payments behind a gateway: an answer for each call, and what was asked."""

from __future__ import annotations

from typing import Any

import grpc

from stripsession.billing.v1 import payment_service_pb2, payment_service_pb2_grpc
from tests.integration.gateway.fakes import refused
from tests.integration.gateway.webhook_bodies import is_object


class FakePayments(payment_service_pb2_grpc.PaymentServiceServicer):
    """Somebody on Pro; what was asked is kept."""

    STANDS = payment_service_pb2.GetPaymentsResponse(
        is_set_up=True, is_test=True, state=payment_service_pb2.PAYMENT_STATE_ACTIVE, plan="pro", card_last4="4242"
    )

    def __init__(self) -> None:
        self.asked: list[Any] = []

    async def GetPayments(self, request: Any, context: Any) -> payment_service_pb2.GetPaymentsResponse:
        return self.STANDS

    async def ListPrices(self, request: Any, context: Any) -> payment_service_pb2.ListPricesResponse:
        price = payment_service_pb2.OfferPrice(
            price_lookup_key="stripsession_pro_monthly", plan="pro", amount=1200, currency="usd", interval="month"
        )
        return payment_service_pb2.ListPricesResponse(prices=[price])

    async def ListInvoices(self, request: Any, context: Any) -> payment_service_pb2.ListInvoicesResponse:
        invoice = payment_service_pb2.Invoice(invoice_id="in_1", total=1200, currency="usd", state="paid")
        return payment_service_pb2.ListInvoicesResponse(invoices=[invoice])

    async def StartCheckout(self, request: Any, context: Any) -> payment_service_pb2.StartCheckoutResponse:
        self.asked.append(request)
        return payment_service_pb2.StartCheckoutResponse(url="https://checkout.example/c/1")

    async def OpenPortal(self, request: Any, context: Any) -> payment_service_pb2.OpenPortalResponse:
        return payment_service_pb2.OpenPortalResponse(url="https://portal.example/p/1")

    async def ChangePlan(self, request: Any, context: Any) -> payment_service_pb2.ChangePlanResponse:
        self.asked.append(request)
        return payment_service_pb2.ChangePlanResponse(payments=self.STANDS)

    async def CancelSubscription(self, request: Any, context: Any) -> payment_service_pb2.CancelSubscriptionResponse:
        return payment_service_pb2.CancelSubscriptionResponse(payments=self.STANDS)

    async def ResumeSubscription(self, request: Any, context: Any) -> payment_service_pb2.ResumeSubscriptionResponse:
        return payment_service_pb2.ResumeSubscriptionResponse(payments=self.STANDS)

    async def ReceiveEvent(self, request: Any, context: Any) -> payment_service_pb2.ReceiveEventResponse:
        if not request.signature or not is_object(request.body):
            raise refused(grpc.StatusCode.INVALID_ARGUMENT, "SIGNATURE_INVALID", "The event is not signed.")
        self.asked.append(request)
        return payment_service_pb2.ReceiveEventResponse()
