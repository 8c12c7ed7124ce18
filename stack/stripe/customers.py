"""Customers: who pays, where they live for tax, and what they pay with."""

from __future__ import annotations

from stack.stripe import failures, listing, payment_methods, standing, tax_ids
from stack.stripe.parameters import Parameters
from stack.stripe.routing import Call, Route
from stack.stripe.shapes import Resource, empty_list
from stack.stripe.world import World

_TEXTS = ("name", "email", "description", "phone")
_TAX_EXEMPT = ("none", "exempt", "reverse")


def make(world: World, **fields: object) -> Resource:
    """Add a customer."""
    settings = {"custom_fields": None, "default_payment_method": None, "footer": None, "rendering_options": None}
    base: Resource = {
        "balance": 0,
        "delinquent": False,
        "discount": None,
        "invoice_settings": settings,
        "next_invoice_sequence": 1,
        "preferred_locales": [],
        "tax_exempt": "none",
        "created": world.now(),
    }
    made = world.new("customer", **(base | fields))
    made["invoice_prefix"] = world.letters(f"prefix:{made['id']}", 8).upper()
    return made


def set_default_card(world: World, customer: Resource, method: Resource) -> None:
    """Charge the customer's invoices to this payment method from now on, those of its subscriptions too."""
    settings = customer["invoice_settings"] | {"default_payment_method": method["id"]}
    world.update(customer, "customer.updated", invoice_settings=settings)
    for subscription in world.all("subscription", customer=customer["id"]):
        if subscription["status"] not in standing.ENDED and subscription["default_payment_method"]:
            world.update(subscription, "customer.subscription.updated", default_payment_method=method["id"])


def subscriptions_of(world: World, customer: Resource) -> Resource:
    """A customer's living subscriptions as a list."""
    listed = empty_list(f"/v1/customers/{customer['id']}/subscriptions")
    living = [
        each for each in world.all("subscription", customer=customer["id"]) if each["status"] not in standing.ENDED
    ]
    return listed | {"data": list(reversed(living))}


def tax_ids_of(world: World, customer: Resource) -> Resource:
    """A customer's tax ids as a list."""
    listed = empty_list(f"/v1/customers/{customer['id']}/tax_ids")
    return listed | {"data": list(reversed(list(world.all("tax_id", customer=customer["id"]))))}


def _create(call: Call) -> Resource:
    world, params = call.world, call.params
    clock = params.text("test_clock")
    fields: Resource = {name: params.text(name) for name in _TEXTS}
    fields["metadata"] = params.metadata()
    fields["address"] = payment_methods.read_address(params.group("address"))
    fields["tax_exempt"] = params.choice("tax_exempt", _TAX_EXEMPT) or "none"
    fields["preferred_locales"] = params.words("preferred_locales")
    fields["balance"] = params.integer("balance") or 0
    if clock is not None:
        found = world.get("test_helpers.test_clock", clock, "test_clock")
        fields |= {"test_clock": found["id"], "created": found["frozen_time"]}
    given_tax_ids = tax_ids.read(params)
    customer = make(world, **fields)
    try:
        _set_payment(world, customer, params)
    except failures.Refused:
        world.remove("customer", customer["id"])
        raise
    for kind, value in given_tax_ids:
        tax_ids.make(world, customer["id"], kind, value)
    world.emit("customer.created", customer)
    return customer


def _set_payment(world: World, customer: Resource, params: Parameters) -> None:
    given = params.text("payment_method")
    if given is not None:
        payment_methods.attach(world, payment_methods.named(world, given, "payment_method"), customer["id"])
    settings = params.group("invoice_settings")
    settings.refuse_unknown(("default_payment_method", "footer", "custom_fields"))
    if settings.has("default_payment_method"):
        chosen = settings.text("default_payment_method")
        method = None
        if chosen is not None:
            param = settings.full_name("default_payment_method")
            method = payment_methods.named(world, chosen, param, customer["id"])
            if method["customer"] != customer["id"]:
                raise failures.refused(
                    f"The customer does not have a payment method with the ID {chosen[:80]}. The payment method must "
                    "be attached to the customer.",
                    "resource_missing",
                    param,
                )
        changed = customer["invoice_settings"] | {"default_payment_method": method["id"] if method else None}
        world.update(customer, None, invoice_settings=changed)


def _update(call: Call) -> Resource:
    world, params, customer = call.world, call.params, call.named("customer")
    fields: Resource = {name: params.text(name) for name in _TEXTS if params.has(name)}
    fields["metadata"] = params.metadata(customer["metadata"])
    if params.has("address"):
        fields["address"] = payment_methods.read_address(params.group("address"))
    if params.has("tax_exempt"):
        fields["tax_exempt"] = params.choice("tax_exempt", _TAX_EXEMPT) or "none"
    if params.has("balance"):
        fields["balance"] = params.integer("balance") or 0
    if params.has("preferred_locales"):
        fields["preferred_locales"] = params.words("preferred_locales")
    before = dict(customer["invoice_settings"])
    _set_payment(world, customer, params)
    settings, customer["invoice_settings"] = customer["invoice_settings"], before
    world.update(customer, "customer.updated", invoice_settings=settings, **fields)
    return customer


def delete(world: World, customer: Resource) -> Resource:
    """Delete a customer: subscriptions end at once, cards are let go, and only the id is left."""
    for subscription in list(world.all("subscription", customer=customer["id"])):
        if subscription["status"] not in standing.ENDED:
            standing.end(world, subscription, "canceled")
    for invoice in world.all("invoice", customer=customer["id"]):
        invoice.update(auto_advance=False, automatically_finalizes_at=None, next_payment_attempt=None)
    world.emit("customer.deleted", customer)
    for kind in ("payment_method", "tax_id"):
        for each in list(world.all(kind, customer=customer["id"])):
            world.remove(kind, each["id"])
    world.remove("customer", customer["id"])
    world.note("deleted customers")[customer["id"]] = True
    return {"id": customer["id"], "object": "customer", "deleted": True}


def _retrieve(call: Call) -> Resource:
    if call.id in call.world.note("deleted customers"):
        return {"id": call.id, "object": "customer", "deleted": True}
    return call.named("customer")


def _list(call: Call) -> Resource:
    email, clock = call.params.text("email"), call.params.text("test_clock")
    # As Stripe has it, customers of a test clock are listed only for that clock.
    found = [each for each in call.world.all("customer", test_clock=clock) if email is None or each["email"] == email]
    return listing.page(found, call.params, "/v1/customers")


_WRITABLE = (
    "name email description phone metadata address tax_exempt preferred_locales balance payment_method invoice_settings"
)

ROUTES = (
    Route("POST", "/v1/customers", _create, f"{_WRITABLE} tax_id_data test_clock"),
    Route("GET", "/v1/customers", _list, f"email test_clock {listing.PARAMETERS}"),
    Route("GET", "/v1/customers/{id}", _retrieve),
    Route("POST", "/v1/customers/{id}", _update, _WRITABLE),
    Route("DELETE", "/v1/customers/{id}", lambda call: delete(call.world, call.named("customer"))),
)
