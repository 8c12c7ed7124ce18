"""Billing's two RPC services of payments."""

from __future__ import annotations

from collections.abc import Callable

from chassis.rpc.interceptors import Context
from services.billing.api.mapping import named
from services.billing.api.payment_mapping import (
    check_message,
    invoice_place_of,
    invoices_message,
    payments_message,
    price_message,
)
from services.billing.app.change_plan import change_plan
from services.billing.app.check_prices import check_prices
from services.billing.app.end_subscription import end_subscription
from services.billing.app.get_payments import get_payments
from services.billing.app.grant_courtesy import grant_courtesy
from services.billing.app.list_invoices import list_invoices
from services.billing.app.open_portal import open_portal
from services.billing.app.payment_ports import PaymentPorts
from services.billing.app.receive_event import receive_event
from services.billing.app.refund_invoice import refund_invoice
from services.billing.app.start_checkout import start_checkout
from stripsession.billing.v1 import payment_service_pb2 as pb
from stripsession.billing.v1 import payment_service_pb2_grpc as pb_grpc


class PaymentServicer(pb_grpc.PaymentServiceServicer):
    """What the gateway asks."""

    def __init__(self, ports: PaymentPorts, wake: Callable[[], None] = lambda: None) -> None:
        """`wake` is called when a look is due."""
        self._ports = ports
        self._wake = wake

    async def GetPayments(self, request: pb.GetPaymentsRequest, context: Context) -> pb.GetPaymentsResponse:
        """How a person stands with what they pay for."""
        return payments_message(await get_payments(self._ports, named(request.owner_id)))

    async def ListPrices(self, request: pb.ListPricesRequest, context: Context) -> pb.ListPricesResponse:
        """What is on offer costs so much."""
        if self._ports.given_provider is None:
            return pb.ListPricesResponse()
        checks = await check_prices(self._ports)
        return pb.ListPricesResponse(prices=[price_message(check) for check in checks if check.price])

    async def ListInvoices(self, request: pb.ListInvoicesRequest, context: Context) -> pb.ListInvoicesResponse:
        """A page of a person's invoices, newest first."""
        place = invoice_place_of(request.page_token)
        return invoices_message(await list_invoices(self._ports, named(request.owner_id), place, request.page_size))

    async def StartCheckout(self, request: pb.StartCheckoutRequest, context: Context) -> pb.StartCheckoutResponse:
        """Where a person pays for a plan or a pack."""
        return pb.StartCheckoutResponse(
            url=await start_checkout(
                self._ports, named(request.owner_id), request.price_lookup_key, request.idempotency_key
            )
        )

    async def OpenPortal(self, request: pb.OpenPortalRequest, context: Context) -> pb.OpenPortalResponse:
        """Where a person changes their card and address."""
        return pb.OpenPortalResponse(url=await open_portal(self._ports, named(request.owner_id)))

    async def ChangePlan(self, request: pb.ChangePlanRequest, context: Context) -> pb.ChangePlanResponse:
        """Changes the plan of a subscription."""
        changed = await change_plan(self._ports, named(request.owner_id), request.price_lookup_key)
        return pb.ChangePlanResponse(payments=payments_message(changed))

    async def CancelSubscription(
        self, request: pb.CancelSubscriptionRequest, context: Context
    ) -> pb.CancelSubscriptionResponse:
        """Ends a subscription with what is paid."""
        ended = await end_subscription(self._ports, named(request.owner_id), ending=True)
        return pb.CancelSubscriptionResponse(payments=payments_message(ended))

    async def ResumeSubscription(
        self, request: pb.ResumeSubscriptionRequest, context: Context
    ) -> pb.ResumeSubscriptionResponse:
        """Takes that back."""
        resumed = await end_subscription(self._ports, named(request.owner_id), ending=False)
        return pb.ResumeSubscriptionResponse(payments=payments_message(resumed))

    async def ReceiveEvent(self, request: pb.ReceiveEventRequest, context: Context) -> pb.ReceiveEventResponse:
        """Takes an event of the payment provider."""
        if await receive_event(self._ports, request.body, request.signature):
            self._wake()
        return pb.ReceiveEventResponse()


class PaymentAdministrationServicer(pb_grpc.PaymentAdministrationServiceServicer):
    """What the operator's command line asks."""

    def __init__(self, ports: PaymentPorts, reconcile: Callable[[], None] = lambda: None) -> None:
        """`reconcile` lets a reconciliation begin beside the call."""
        self._ports = ports
        self._reconcile = reconcile

    async def Reconcile(self, request: pb.ReconcileRequest, context: Context) -> pb.ReconcileResponse:
        """Looks for whatever the provider's events did not bring."""
        _ = self._ports.provider
        self._reconcile()
        return pb.ReconcileResponse()

    async def RefundInvoice(self, request: pb.RefundInvoiceRequest, context: Context) -> pb.RefundInvoiceResponse:
        """Pays an invoice back in full."""
        await refund_invoice(self._ports, named(request.invoice_id))
        return pb.RefundInvoiceResponse()

    async def GrantCourtesy(self, request: pb.GrantCourtesyRequest, context: Context) -> pb.GrantCourtesyResponse:
        """Gives a person seconds for nothing."""
        grant = await grant_courtesy(
            self._ports.ledger, named(request.owner_id), request.seconds, request.life_days, request.reference
        )
        return pb.GrantCourtesyResponse(grant_id=grant.grant_id)

    async def CheckPrices(self, request: pb.CheckPricesRequest, context: Context) -> pb.CheckPricesResponse:
        """Compares the catalogue with the provider's prices."""
        checks = await check_prices(self._ports)
        return pb.CheckPricesResponse(
            prices=[check_message(check) for check in checks], is_test=self._ports.provider.is_test
        )
