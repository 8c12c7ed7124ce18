"""Payment methods: cards, of which only brand, last four, expiry and billing address exist."""

from __future__ import annotations

import datetime

from stack.stripe import failures, listing
from stack.stripe.cards import BY_NAME, BY_TOKEN, EXPIRY_MONTH, EXPIRY_YEARS_AHEAD, Card
from stack.stripe.parameters import Parameters
from stack.stripe.routing import Call, Route
from stack.stripe.shapes import Resource
from stack.stripe.world import World

ADDRESS_PARTS = ("line1", "line2", "city", "state", "postal_code", "country")


def read_address(params: Parameters) -> Resource | None:
    """An address, or None when no part of it is given."""
    params.refuse_unknown(ADDRESS_PARTS)
    parts = {name: params.text(name) for name in ADDRESS_PARTS}
    return parts if any(parts.values()) else None


def make(world: World, card: Card, billing: Resource | None = None, customer: str | None = None) -> Resource:
    """A payment method of a test card, attached to the customer when one is named."""
    details: Resource = {
        "address": dict.fromkeys(ADDRESS_PARTS), "email": None, "name": None, "phone": None, "tax_id": None,
    }  # fmt: skip
    year = datetime.datetime.fromtimestamp(world.now(customer), datetime.UTC).year
    method = world.new(
        "payment_method",
        allow_redisplay="unspecified",
        billing_details=details | {name: value for name, value in (billing or {}).items() if value},
        card={
            "brand": card.brand,
            "checks": {"address_line1_check": None, "address_postal_code_check": None, "cvc_check": "pass"},
            "country": "US",
            "display_brand": card.brand,
            "exp_month": EXPIRY_MONTH,
            "exp_year": year + EXPIRY_YEARS_AHEAD,
            "fingerprint": world.letters(f"fingerprint:{card.name}", 16),
            "funding": "credit",
            "generated_from": None,
            "last4": card.last4,
            "networks": {"available": [card.brand], "preferred": None},
            "regulated_status": "unregulated",
            "three_d_secure_usage": {"supported": True},
            "wallet": None,
        },
        type="card",
    )
    world.note(method["id"])["card"] = card.name
    if customer is not None:
        attach(world, method, customer)
    return method


def card_of(world: World, method: Resource) -> Card:
    """The test card behind a payment method."""
    return BY_NAME[world.note(method["id"])["card"]]


def attach(world: World, method: Resource, customer: str) -> None:
    """Give a payment method to a customer. Raises Refused for cards that a bank refuses at sight."""
    card = card_of(world, method)
    if card.refused_when_attached and card.first is not None:
        raise failures.card_refused(card.first.code, card.first.decline_code, card.first.message)
    if method["customer"] not in {None, customer}:
        message = "The payment method you provided has already been attached to a customer."
        raise failures.refused(message, "resource_already_exists")
    method["customer"] = customer
    world.emit("payment_method.attached", method)


def named(world: World, identifier: str, param: str, customer: str | None = None) -> Resource:
    """The payment method of this id; a test token such as `pm_card_visa` makes a new one, attached to the customer."""
    card = BY_TOKEN.get(identifier)
    if card is not None:
        return make(world, card, customer=customer)
    return world.get("payment_method", identifier, param)


def default_of(world: World, customer: str, subscription: Resource | None = None) -> Resource | None:
    """What a customer's invoices are charged to: the subscription's own, else the customer's default."""
    owner = world.table("customer").get(customer)
    chosen = subscription["default_payment_method"] if subscription is not None else None
    if chosen is None and owner is not None:
        chosen = owner["invoice_settings"]["default_payment_method"]
    return world.table("payment_method").get(chosen) if chosen else None


def detach(world: World, method: Resource) -> None:
    """Take a payment method from its customer; nothing is charged to it any more."""
    customer = method["customer"]
    if customer is None:
        message = "The payment method you provided is not attached to a customer so detachment is impossible."
        raise failures.refused(message)
    for subscription in world.all("subscription", customer=customer, default_payment_method=method["id"]):
        world.update(subscription, "customer.subscription.updated", default_payment_method=None)
    owner = world.table("customer").get(customer)
    if owner is not None and owner["invoice_settings"]["default_payment_method"] == method["id"]:
        settings = owner["invoice_settings"] | {"default_payment_method": None}
        world.update(owner, "customer.updated", invoice_settings=settings)
    method["customer"] = None
    world.changes += 1
    world.emit("payment_method.detached", method)


def _create(call: Call) -> Resource:
    params = call.params
    if params.choice("type", ["card", "card"]) is None:
        raise failures.parameter_missing("type")
    card = params.group("card")
    if any(card.has(name) for name in ("number", "cvc", "exp_month", "exp_year")):
        message = (
            "Sending credit card numbers directly to the Stripe API is generally unsafe. We suggest you use test "
            "tokens that map to the test card you are using, see https://stripe.com/docs/testing."
        )
        raise failures.refused(message)
    known = BY_TOKEN.get(card.required("token"))
    if known is None:
        raise failures.no_such("token", card.required("token")[:80], "card[token]")
    return make(call.world, known, _read_billing(params.group("billing_details")))


def _read_billing(params: Parameters) -> Resource:
    params.refuse_unknown(("address", "email", "name", "phone", "tax_id"))
    billing: Resource = {name: params.text(name) for name in ("email", "name", "phone")}
    return billing | {"address": read_address(params.group("address"))}


def _attach(call: Call) -> Resource:
    customer = call.world.get("customer", call.params.required("customer"), "customer")
    if call.id in BY_TOKEN:
        return named(call.world, call.id, "payment_method", customer["id"])
    method = call.named("payment_method")
    attach(call.world, method, customer["id"])
    return method


def _detach(call: Call) -> Resource:
    method = call.named("payment_method")
    detach(call.world, method)
    return method


def _update(call: Call) -> Resource:
    method, params = call.named("payment_method"), call.params
    fields: Resource = {"metadata": params.metadata(method["metadata"])}
    if params.has("billing_details"):
        given = {name: value for name, value in _read_billing(params.group("billing_details")).items() if value}
        fields["billing_details"] = method["billing_details"] | given
    call.world.update(method, "payment_method.updated", **fields)
    return method


def _list(call: Call) -> Resource:
    customer = call.params.text("customer")
    call.params.choice("type", ["card", "card"])
    found = call.world.all("payment_method", customer=customer) if customer else []
    return listing.page(found, call.params, "/v1/payment_methods")


def _list_of_customer(call: Call) -> Resource:
    customer = call.named("customer")
    call.params.choice("type", ["card", "card"])
    return listing.page(call.world.all("payment_method", customer=customer["id"]), call.params, call.url)


ROUTES = (
    Route("POST", "/v1/payment_methods", _create, "type card billing_details metadata"),
    Route("GET", "/v1/payment_methods", _list, f"customer type {listing.PARAMETERS}"),
    Route("GET", "/v1/payment_methods/{id}", lambda call: call.named("payment_method")),
    Route("POST", "/v1/payment_methods/{id}", _update, "billing_details metadata"),
    Route("POST", "/v1/payment_methods/{id}/attach", _attach, "customer"),
    Route("POST", "/v1/payment_methods/{id}/detach", _detach),
    Route("GET", "/v1/customers/{id}/payment_methods", _list_of_customer, f"type {listing.PARAMETERS}"),
)
