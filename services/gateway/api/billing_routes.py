"""What people pay for: prices, checkout, invoices, changes of plan; and the payment provider's events."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from starlette.responses import Response

from services.gateway.api.billing_json import entry_json, invoice_json, payments_json, price_json
from services.gateway.api.calls import ask
from services.gateway.api.endpoint import Access, Answer, Call, Endpoint, json_answer, nothing, read_bytes
from services.gateway.api.listing_routes import CURSOR, LIMIT
from services.gateway.api.problems import refuse
from services.gateway.api.schema import Body, Header, Text
from stripsession.billing.v1 import billing_service_pb2, payment_service_pb2

if TYPE_CHECKING:
    from stripsession.billing.v1.billing_service_pb2_grpc import BillingServiceAsyncStub
    from stripsession.billing.v1.payment_service_pb2_grpc import PaymentServiceAsyncStub

EVENT_BYTES_MAX = 512 * 1024
PROVIDER_S = 30.0
"""Deadline of a call for which the payment provider is asked, some times over."""
_PRICE = Text("price", "A `price` of listPrices.", required=True, length_min=1, length_max=100)
CHECKOUT = Body("Checkout", "What is to be paid for.", (_PRICE,), {"price": "stripsession_pro_monthly"})
PLAN_CHANGE = Body("PlanChange", "Which plan, and paid how.", (_PRICE,), {"price": "stripsession_studio_monthly"})
_KEY = re.compile(r"[\x21-\x7E]{1,200}")
_IDEMPOTENCY = Text(
    "Idempotency-Key",
    "1 to 200 visible ASCII characters of your choice. The same key gives the same page for some weeks, so that a"
    " request whose answer was lost can be sent again; with another price it is refused.",
    length_min=1,
    length_max=200,
    pattern=r"^[\x21-\x7E]*$",
    example="checkout-7",
)
_SIGNATURE = Header("Stripe-Signature", "The provider's signature of the body.", "t=1903944600,v1=5257a869e7ec")
_PAYING = ("PAYMENTS_AWAY", "PAYMENTS_NOT_SET_UP")
_STANDS = (Answer(200, "How you stand after it.", "Payments"),)


class BillingRoutes:
    """What people pay for."""

    def __init__(self, billing: BillingServiceAsyncStub, payments: PaymentServiceAsyncStub) -> None:
        """Billing answers both."""
        self._billing = billing
        self._payments = payments

    def endpoints(self) -> list[Endpoint]:
        """The routes."""
        return [*self._reading(), *self._paying(), *self._changing(), self._event()]

    def _reading(self) -> list[Endpoint]:
        def reading(path: str, name: str, summary: str, schema: str) -> Endpoint:
            handle = {"getPayments": self.payments, "listPrices": self.prices}.get(name)
            handle = handle or {"listInvoices": self.invoices, "listLedgerEntries": self.ledger}[name]
            is_paged = schema.endswith("Page")
            return Endpoint(
                *("GET", path, name, summary, handle, (Answer(200, summary, schema),)),
                query=(CURSOR, LIMIT) if is_paged else (),
                tag="billing",
                refusals=("PAGE_TOKEN_INVALID",) if is_paged else ("PAYMENTS_AWAY",) if name == "listPrices" else (),
            )

        return [
            reading("/v1/billing/payments", "getPayments", "How you stand with what you pay for.", "Payments"),
            reading("/v1/billing/prices", "listPrices", "What plans and packs cost.", "OfferPrices"),
            reading("/v1/billing/invoices", "listInvoices", "Your invoices, newest first.", "InvoicePage"),
            reading("/v1/billing/ledger", "listLedgerEntries", "What was done to your minutes.", "LedgerPage"),
        ]

    def _paying(self) -> list[Endpoint]:
        return [
            Endpoint(
                *("POST", "/v1/billing/checkout", "startCheckout", "Where to pay for a plan or a pack.", self.checkout),
                (Answer(200, "The provider's page.", "HostedPage"),),
                headers=(_IDEMPOTENCY,),
                body=CHECKOUT,
                tag="billing",
                description="Minutes arrive some seconds after the payment; getPayments and getUsage tell when.",
                refusals=(
                    *(*_PAYING, "IDEMPOTENCY_KEY_REUSED", "MALFORMED_HEADER", "PRICE_MISSING", "SUBSCRIBED_ALREADY"),
                    "UNKNOWN_OFFER",
                ),
            ),
            Endpoint(
                *("POST", "/v1/billing/portal", "openPortal", "Where to change your card and address.", self.portal),
                (Answer(200, "The provider's page.", "HostedPage"),),
                tag="billing",
                refusals=(*_PAYING, "NOT_SUBSCRIBED"),
            ),
        ]

    def _changing(self) -> list[Endpoint]:
        return [
            Endpoint(
                *("POST", "/v1/billing/change", "changePlan", "Change your plan.", self.change, _STANDS),
                body=PLAN_CHANGE,
                tag="billing",
                description="A larger plan counts at once, and the difference for the rest of the period is paid now. A"
                " smaller one follows at the end of what is paid. Asking again changes nothing more.",
                refusals=(
                    *(*_PAYING, "NOT_SUBSCRIBED", "OTHER_INTERVAL", "PAYMENT_DECLINED", "PAYMENT_PENDING"),
                    *("PRICE_MISSING", "UNKNOWN_OFFER"),
                ),
            ),
            Endpoint(
                *("POST", "/v1/billing/cancel", "cancelSubscription", "End your subscription with what is paid."),
                *(self.cancel, _STANDS),
                tag="billing",
                description="The plan and its minutes stay until then. Idempotent.",
                refusals=(*_PAYING, "NOT_SUBSCRIBED"),
            ),
            Endpoint(
                *("POST", "/v1/billing/resume", "resumeSubscription", "Go on with a subscription that was to end."),
                *(self.resume, _STANDS),
                tag="billing",
                description="Before it has ended. Idempotent.",
                refusals=(*_PAYING, "NOT_SUBSCRIBED"),
            ),
        ]

    def _event(self) -> Endpoint:
        return Endpoint(
            *(
                "POST",
                "/v1/webhooks/stripe",
                "receiveStripeEvent",
                "Take an event of the provider.",
                self.event,
            ),
            (Answer(204, "It is kept, and will be acted on."),),
            Access.PUBLIC,
            headers=(_SIGNATURE,),
            body_media_type="application/json",
            body_media_required=True,
            tag="billing",
            description="For the provider alone, which signs what it sends. The body is taken byte for byte.",
            refusals=(
                *("BODY_CUT_OFF", "BODY_TOO_LARGE", "BODY_TOO_SLOW", "PAYMENTS_NOT_SET_UP"),
                "SIGNATURE_INVALID",
            ),
        )

    async def payments(self, call: Call) -> Response:
        """How somebody stands."""
        request = payment_service_pb2.GetPaymentsRequest(owner_id=call.owner_id)
        return json_answer(payments_json(await ask(self._payments.GetPayments, request)))

    async def prices(self, _: Call) -> Response:
        """What is on offer costs so much."""
        request = payment_service_pb2.ListPricesRequest()
        answer = await ask(self._payments.ListPrices, request, deadline_s=PROVIDER_S)
        return json_answer({"prices": [price_json(price) for price in answer.prices]})

    async def invoices(self, call: Call) -> Response:
        """A page."""
        request = payment_service_pb2.ListInvoicesRequest(
            owner_id=call.owner_id, page_size=call.number("limit"), page_token=call.text("cursor")
        )
        answer = await ask(self._payments.ListInvoices, request)
        invoices = [invoice_json(invoice) for invoice in answer.invoices]
        return json_answer({"invoices": invoices, "next_cursor": answer.next_page_token or None})

    async def ledger(self, call: Call) -> Response:
        """A page."""
        request = billing_service_pb2.ListLedgerEntriesRequest(
            owner_id=call.owner_id, page_size=call.number("limit"), page_token=call.text("cursor")
        )
        answer = await ask(self._billing.ListLedgerEntries, request)
        entries = [entry_json(entry) for entry in answer.entries]
        return json_answer({"entries": entries, "next_cursor": answer.next_page_token or None})

    async def checkout(self, call: Call) -> Response:
        """Where to pay."""
        key = call.request.headers.get("idempotency-key")
        if key is not None and not _KEY.fullmatch(key):
            raise refuse(400, "MALFORMED_HEADER", "Idempotency-Key must be 1 to 200 visible ASCII characters.")
        body = await call.body()
        request = payment_service_pb2.StartCheckoutRequest(
            owner_id=call.owner_id, price_lookup_key=body["price"], idempotency_key=key or ""
        )
        answer = await ask(self._payments.StartCheckout, request, deadline_s=PROVIDER_S)
        return json_answer({"url": answer.url})

    async def portal(self, call: Call) -> Response:
        """Where to change the card."""
        request = payment_service_pb2.OpenPortalRequest(owner_id=call.owner_id)
        return json_answer({"url": (await ask(self._payments.OpenPortal, request, deadline_s=PROVIDER_S)).url})

    async def change(self, call: Call) -> Response:
        """Another plan."""
        body = await call.body()
        request = payment_service_pb2.ChangePlanRequest(owner_id=call.owner_id, price_lookup_key=body["price"])
        answer = await ask(self._payments.ChangePlan, request, deadline_s=PROVIDER_S)
        return json_answer(payments_json(answer.payments))

    async def cancel(self, call: Call) -> Response:
        """No more than is paid."""
        request = payment_service_pb2.CancelSubscriptionRequest(owner_id=call.owner_id)
        answer = await ask(self._payments.CancelSubscription, request, deadline_s=PROVIDER_S)
        return json_answer(payments_json(answer.payments))

    async def resume(self, call: Call) -> Response:
        """On, after all."""
        request = payment_service_pb2.ResumeSubscriptionRequest(owner_id=call.owner_id)
        answer = await ask(self._payments.ResumeSubscription, request, deadline_s=PROVIDER_S)
        return json_answer(payments_json(answer.payments))

    async def event(self, call: Call) -> Response:
        """An event, byte for byte."""
        request = payment_service_pb2.ReceiveEventRequest(
            body=await read_bytes(call.request, EVENT_BYTES_MAX),
            signature=call.request.headers.get("stripe-signature", ""),
        )
        await ask(self._payments.ReceiveEvent, request)
        return nothing()
