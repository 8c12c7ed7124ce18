"""Payments as JSON."""

from __future__ import annotations

from services.gateway.api.mapping import Json, moment
from stripsession.billing.v1 import billing_service_pb2, payment_service_pb2


def payments_json(payments: payment_service_pb2.GetPaymentsResponse) -> Json:
    """How somebody stands with what they pay for."""
    names = payment_service_pb2.PaymentState.DESCRIPTOR.values_by_number
    state = names[payments.state].name if payments.state in names else "PAYMENT_STATE_UNSPECIFIED"
    card = {"type": payments.card_type, "last4": payments.card_last4} if payments.card_last4 else None
    return {
        "is_set_up": payments.is_set_up,
        "is_test": payments.is_test,
        "state": state.removeprefix("PAYMENT_STATE_").lower(),
        "plan": payments.plan or None,
        "next_plan": payments.next_plan or None,
        "paid_until": moment(payments.paid_until) if payments.HasField("paid_until") else None,
        "usable_until": moment(payments.usable_until) if payments.HasField("usable_until") else None,
        "card": card,
    }


def price_json(price: payment_service_pb2.OfferPrice) -> Json:
    """What an offer costs."""
    return {
        "price": price.price_lookup_key,
        "plan": price.plan or None,
        "pack": price.pack or None,
        "amount": price.amount,
        "currency": price.currency,
        "interval": price.interval or None,
        "trial_days": price.trial_days,
    }


def invoice_json(invoice: payment_service_pb2.Invoice) -> Json:
    """An invoice."""
    return {
        "invoice_id": invoice.invoice_id,
        "number": invoice.number or None,
        "created_at": moment(invoice.created_at),
        "total": invoice.total,
        "currency": invoice.currency,
        "state": invoice.state,
        "url": invoice.url or None,
    }


def entry_json(entry: billing_service_pb2.LedgerEntry) -> Json:
    """A line of the ledger."""
    names = billing_service_pb2.LedgerEntryKind.DESCRIPTOR.values_by_number
    kind = names[entry.kind].name if entry.kind in names else "LEDGER_ENTRY_KIND_UNSPECIFIED"
    return {
        "number": entry.number,
        "kind": kind.removeprefix("LEDGER_ENTRY_KIND_").lower(),
        "job_id": entry.job_id or None,
        "seconds": entry.seconds,
        "balance_change_s": entry.balance_change_s,
        "at": moment(entry.at),
    }
