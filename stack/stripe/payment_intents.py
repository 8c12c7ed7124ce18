"""Payment intents and charges, by themselves; most are made by invoices and checkout."""

from __future__ import annotations

from stack.stripe import charging, failures, listing, payment_methods
from stack.stripe.routing import Call, Route
from stack.stripe.shapes import Resource
from stack.stripe.world import World

_CANCELABLE = {"requires_payment_method", "requires_confirmation", "requires_action"}


def _create(call: Call) -> Resource:
    world, params = call.world, call.params
    amount = params.integer("amount", at_least=1)
    if amount is None:
        raise failures.parameter_missing("amount")
    if amount < charging.AMOUNT_MIN:
        raise failures.parameter_invalid("amount", "Amount must be at least 50 cents", "amount_too_small")
    customer = params.text("customer")
    made = charging.intent(
        world,
        amount=amount,
        currency=params.required("currency").lower(),
        customer=world.get("customer", customer, "customer")["id"] if customer else None,
        description=params.text("description"),
        metadata=params.metadata(),
        receipt_email=params.text("receipt_email"),
        setup_future_usage=params.choice("setup_future_usage", ("off_session", "on_session")),
    )
    if params.has("payment_method"):
        method = payment_methods.named(world, params.required("payment_method"), "payment_method", customer)
        made.update(payment_method=method["id"], status="requires_confirmation")
    if params.flag("confirm"):
        _confirm_now(world, made, on_session=params.flag("off_session") is not True)
    return made


def _confirm_now(world: World, payment: Resource, *, on_session: bool) -> None:
    if payment["status"] not in _CANCELABLE:
        message = f"This PaymentIntent's status is {payment['status']}; it cannot be confirmed."
        raise failures.refused(message, "payment_intent_unexpected_state")
    if payment["payment_method"] is None:
        message = "You cannot confirm this PaymentIntent because it's missing a payment method."
        raise failures.refused(message, "payment_intent_unexpected_state")
    method = world.get("payment_method", payment["payment_method"])
    decline = charging.attempt(world, payment, method, on_session=on_session)
    if decline is not None:
        raise charging.refusal(decline, payment)


def _confirm(call: Call) -> Resource:
    world, params, payment = call.world, call.params, call.named("payment_intent")
    if params.has("payment_method"):
        given = params.required("payment_method")
        method = payment_methods.named(world, given, "payment_method", payment["customer"])
        world.update(payment, None, payment_method=method["id"])
    _confirm_now(world, payment, on_session=params.flag("off_session") is not True)
    return payment


def _cancel(call: Call) -> Resource:
    world, payment = call.world, call.named("payment_intent")
    if payment["status"] not in _CANCELABLE:
        message = f"You cannot cancel this PaymentIntent because it has a status of {payment['status']}."
        raise failures.refused(message, "payment_intent_unexpected_state")
    world.update(
        payment,
        None,
        status="canceled",
        canceled_at=world.now(payment["customer"]),
        cancellation_reason=call.params.text("cancellation_reason"),
    )
    world.emit("payment_intent.canceled", payment)
    return payment


def _update(call: Call) -> Resource:
    payment, params = call.named("payment_intent"), call.params
    fields: Resource = {"metadata": params.metadata(payment["metadata"])}
    if params.has("description"):
        fields["description"] = params.text("description")
    call.world.update(payment, None, **fields)
    return payment


def _list(call: Call) -> Resource:
    customer = call.params.text("customer")
    where = {"customer": customer} if customer else {}
    return listing.page(call.world.all("payment_intent", **where), call.params, "/v1/payment_intents")


def _list_charges(call: Call) -> Resource:
    names = ("customer", "payment_intent")
    where = {name: call.params.text(name) for name in names if call.params.text(name)}
    return listing.page(call.world.all("charge", **where), call.params, "/v1/charges")


def _update_charge(call: Call) -> Resource:
    charge = call.named("charge")
    call.world.update(charge, "charge.updated", metadata=call.params.metadata(charge["metadata"]))
    return charge


ROUTES = (
    Route(
        "POST",
        "/v1/payment_intents",
        _create,
        "amount currency customer description metadata receipt_email setup_future_usage payment_method confirm "
        "off_session payment_method_types automatic_payment_methods",
    ),
    Route("GET", "/v1/payment_intents", _list, f"customer {listing.PARAMETERS}"),
    Route("GET", "/v1/payment_intents/{id}", lambda call: call.named("payment_intent")),
    Route("POST", "/v1/payment_intents/{id}", _update, "metadata description"),
    Route("POST", "/v1/payment_intents/{id}/confirm", _confirm, "payment_method off_session return_url"),
    Route("POST", "/v1/payment_intents/{id}/cancel", _cancel, "cancellation_reason"),
    Route("GET", "/v1/charges", _list_charges, f"customer payment_intent {listing.PARAMETERS}"),
    Route("GET", "/v1/charges/{id}", lambda call: call.named("charge")),
    Route("POST", "/v1/charges/{id}", _update_charge, "metadata description"),
)
