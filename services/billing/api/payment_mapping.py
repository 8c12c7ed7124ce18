"""Protocol messages of payments, and the tokens of pages of invoices."""

from __future__ import annotations

import base64
import binascii
import datetime

from google.protobuf.timestamp_pb2 import Timestamp

from services.billing.app.check_prices import PriceCheck
from services.billing.app.get_payments import Payments
from services.billing.app.list_invoices import InvoicePage
from services.billing.app.payment_ports import InvoicePlace, KeptInvoice
from services.billing.domain.errors import PageTokenInvalid
from services.billing.domain.standing import PaymentState
from stripsession.billing.v1 import payment_service_pb2 as pb

_STATES = {
    PaymentState.NONE: pb.PAYMENT_STATE_NONE,
    PaymentState.TRIAL: pb.PAYMENT_STATE_TRIAL,
    PaymentState.ACTIVE: pb.PAYMENT_STATE_ACTIVE,
    PaymentState.ENDING: pb.PAYMENT_STATE_ENDING,
    PaymentState.GRACE: pb.PAYMENT_STATE_GRACE,
    PaymentState.LAPSED: pb.PAYMENT_STATE_LAPSED,
}


def payments_message(payments: Payments) -> pb.GetPaymentsResponse:
    """How a person stands."""
    record = payments.record
    message = pb.GetPaymentsResponse(
        is_set_up=payments.is_set_up, is_test=payments.is_test, state=pb.PAYMENT_STATE_NONE
    )
    if record is None:
        return message
    message.state = _STATES[record.state]
    message.plan, message.next_plan = record.plan or "", record.next_plan or ""
    if record.paid_until:
        message.paid_until.CopyFrom(_moment(record.paid_until))
    if record.usable_until:
        message.usable_until.CopyFrom(_moment(record.usable_until))
    if record.card:
        message.card_type, message.card_last4 = record.card.kind, record.card.last4
    return message


def price_message(check: PriceCheck) -> pb.OfferPrice:
    """What an offer costs."""
    message = pb.OfferPrice(price_lookup_key=check.lookup_key)
    if check.plan:
        message.plan, message.trial_days = check.plan.name, check.plan.trial_days
    if check.pack:
        message.pack = check.pack.name
    if check.price:
        message.amount, message.currency = check.price.amount, check.price.currency
        message.interval = check.price.interval
    return message


def check_message(check: PriceCheck) -> pb.PriceCheck:
    """Whether an offer can be bought."""
    message = pb.PriceCheck(price_lookup_key=check.lookup_key, is_there=check.price is not None)
    if check.price:
        message.amount, message.currency = check.price.amount, check.price.currency
        message.interval = check.price.interval
    return message


def invoices_message(page: InvoicePage) -> pb.ListInvoicesResponse:
    """A page of invoices."""
    return pb.ListInvoicesResponse(
        invoices=[_invoice_message(invoice) for invoice in page.invoices], next_page_token=_token_of(page.next_place)
    )


def invoice_place_of(token: str) -> InvoicePlace | None:
    """Where a token's page begins; None for the first. Raises PageTokenInvalid."""
    if not token:
        return None
    try:
        text = base64.b64decode(token.encode(), altchars=b"-_", validate=True).decode()
        made, _, invoice_id = text.partition(" ")
        created_at = datetime.datetime.fromisoformat(made)
    except (binascii.Error, ValueError) as error:
        raise PageTokenInvalid from error
    if created_at.tzinfo is not datetime.UTC or not invoice_id or "\0" in invoice_id:
        raise PageTokenInvalid
    return InvoicePlace(created_at, invoice_id)


def _invoice_message(invoice: KeptInvoice) -> pb.Invoice:
    return pb.Invoice(
        invoice_id=invoice.invoice_id,
        number=invoice.number,
        created_at=_moment(invoice.created_at),
        total=invoice.total,
        currency=invoice.currency,
        state=invoice.state,
        url=invoice.url,
    )


def _token_of(place: InvoicePlace | None) -> str:
    if place is None:
        return ""
    text = f"{place.created_at.astimezone(datetime.UTC).isoformat()} {place.invoice_id}"
    return base64.urlsafe_b64encode(text.encode()).decode()


def _moment(at: datetime.datetime) -> Timestamp:
    moment = Timestamp()
    moment.FromDatetime(at)
    return moment
