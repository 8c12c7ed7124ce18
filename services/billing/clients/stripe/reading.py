"""What Stripe tells, read into our own words. Nothing but these fields leaves this file: no names, no addresses."""

from __future__ import annotations

import datetime
from collections.abc import Callable, Mapping, Sequence
from typing import Any

from services.billing.domain.payments import Card, Invoice, Line, Price, ReceivedEvent, Returned, Subscription

Told = Mapping[str, Any]
KeyOf = Callable[[str], str]
"""A price's lookup key by its id; empty for one that has none."""
OWNER = "user_id"
"""Under which a customer's metadata names our person."""
KEY = "stripsession_key"
"""Under which a price's metadata keeps its lookup key after that has moved on to a newer price."""
_FOLLOWED = ("customer.", "checkout.session.", "invoice.", "charge.", "refund.", "entitlements.")
_LOST = frozenset({"lost", "needs_response", "under_review", "prevented"})


def moment(seconds: int) -> datetime.datetime:
    """A Unix time."""
    return datetime.datetime.fromtimestamp(seconds, datetime.UTC)


def event(told: Told) -> ReceivedEvent:
    """Whose state an event is about. Kinds that we do not know are noted, and nothing follows from them."""
    kind = str(told["type"])
    about: Told = told["data"]["object"]
    subject = None
    if kind.startswith(_FOLLOWED):
        named = about["id"] if about.get("object") == "customer" else about.get("customer") or about.get("charge")
        subject = named["id"] if isinstance(named, Mapping) else named
    is_ours = isinstance(subject, str) and subject.startswith(("cus_", "ch_"))
    return ReceivedEvent(str(told["id"]), kind, moment(told["created"]), subject if is_ours else None)


def subscription(told: Told, key_of: KeyOf) -> Subscription:
    """A subscription to one price; of several, the first."""
    item = told["items"]["data"][0]
    return Subscription(
        subscription_id=told["id"],
        item_id=item["id"],
        status=told["status"],
        price_key=key_of(item["price"]["id"]),
        created_at=moment(told["created"]),
        is_ending=bool(told["cancel_at_period_end"] or told.get("cancel_at")),
        trial_ends_at=moment(told["trial_end"]) if told.get("trial_end") else None,
    )


def invoice(told: Told, lines: Sequence[Told], key_of: KeyOf, returned: Returned, dispute_id: str) -> Invoice:
    """An invoice with all of its lines."""
    paid_at = told["status_transitions"].get("paid_at")
    parent = (told.get("parent") or {}).get("subscription_details") or {}
    return Invoice(
        invoice_id=told["id"],
        number=told.get("number") or "",
        status=told["status"] or "draft",
        is_renewal=told.get("billing_reason") == "subscription_cycle",
        created_at=moment(told["created"]),
        paid_at=moment(paid_at) if paid_at else None,
        total=told["total"],
        currency=told["currency"],
        url=told.get("hosted_invoice_url") or "",
        lines=tuple(_line(each, key_of) for each in lines),
        subscription_id=_id(parent.get("subscription")),
        returned=returned,
        dispute_id=dispute_id,
    )


def price_ids(invoices: Sequence[Told], subscriptions: Sequence[Told]) -> set[str]:
    """Every price that these name."""
    lines = [line for each in invoices for line in each["lines"]["data"]]
    named = {_price_of(line) for line in lines} | {_id(each["items"]["data"][0]["price"]) for each in subscriptions}
    return {each for each in named if each}


def intents_of(told: Told) -> set[str]:
    """The payment intents by which an invoice was paid."""
    payments = (told.get("payments") or {}).get("data") or []
    intents = {_id(each["payment"].get("payment_intent")) for each in payments if each["status"] == "paid"}
    return {each for each in intents if each}


def returned(charges: Sequence[Told], disputes: Sequence[Told]) -> tuple[Returned, str]:
    """What became of the money of an invoice's successful charges; the dispute that says so."""
    for dispute in disputes:
        if dispute["status"] in _LOST:
            return Returned.DISPUTED, dispute["id"]
    if charges and all(charge["amount_refunded"] >= charge["amount"] for charge in charges):
        return Returned.REFUNDED, ""
    won = [dispute["id"] for dispute in disputes if dispute["status"] == "won"]
    return (Returned.DISPUTE_WON, won[0]) if won else (Returned.KEPT, "")


def card(methods: Sequence[Told]) -> Card | None:
    """The card of the first of these that has one."""
    for method in methods:
        told = method.get("card")
        if told and str(told["last4"]).isdigit():
            return Card(str(told["brand"]), str(told["last4"])[-4:])
    return None


def price(told: Told) -> Price:
    """A price."""
    recurring = told.get("recurring") or {}
    key = told.get("lookup_key") or ""
    return Price(told["id"], key, told.get("unit_amount") or 0, told["currency"], recurring.get("interval") or "")


def price_key(told: Told) -> str:
    """A price's lookup key, or the one that it had before a newer price took it."""
    return str(told.get("lookup_key") or (told.get("metadata") or {}).get(KEY) or "")


def _line(told: Told, key_of: KeyOf) -> Line:
    parent = told.get("parent") or {}
    details = parent.get("subscription_item_details") or parent.get("invoice_item_details") or {}
    return Line(
        price_key=key_of(_price_of(told) or ""),
        amount=told["amount"],
        quantity=told.get("quantity") or 1,
        starts_at=moment(told["period"]["start"]),
        ends_at=moment(told["period"]["end"]),
        is_proration=bool(details.get("proration")),
    )


def _price_of(line: Told) -> str | None:
    pricing = line.get("pricing") or {}
    return _id((pricing.get("price_details") or {}).get("price"))


def _id(named: object) -> str | None:
    """An id, whether or not it was expanded."""
    found = named.get("id") if isinstance(named, Mapping) else named
    return found if isinstance(found, str) else None
