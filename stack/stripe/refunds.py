"""Refunds: a charge given back, whole or in parts, never more than it was."""

from __future__ import annotations

from stack.stripe import failures, listing
from stack.stripe.routing import Call, Route
from stack.stripe.shapes import Resource
from stack.stripe.world import World

REASONS = ("duplicate", "fraudulent", "requested_by_customer")


def make(
    world: World,
    charge: Resource,
    *,
    amount: int | None = None,
    reason: str | None = None,
    metadata: Resource | None = None,
) -> Resource:
    """Give back an amount of a charge; all that is left of it when none is named. Raises Refused."""
    left = charge["amount"] - charge["amount_refunded"]
    if charge["status"] != "succeeded":
        raise failures.refused(f"Charge {charge['id']} was not successful and cannot be refunded.")
    if charge["disputed"]:
        raise failures.refused(
            f"Charge {charge['id']} has been charged back; cannot issue a refund.", "charge_disputed"
        )
    if left == 0:
        message = f"Charge {charge['id']} has already been refunded."
        raise failures.refused(message, "charge_already_refunded")
    given = left if amount is None else amount
    if given > left:
        message = f"Refund amount ({_shown(given)}) is greater than unrefunded amount on charge ({_shown(left)})"
        raise failures.parameter_invalid("amount", message)
    made = world.new(
        "refund",
        created=world.now(charge["customer"]),
        amount=given,
        balance_transaction=f"txn_{world.letters(f'txn:{world.serial}', 24)}",
        charge=charge["id"],
        currency=charge["currency"],
        destination_details={"card": {"type": "refund"}, "type": "card"},
        metadata=dict(metadata or {}),
        payment_intent=charge["payment_intent"],
        reason=reason,
        status="succeeded",
    )
    refunded = charge["amount_refunded"] + given
    is_whole = refunded == charge["amount"]
    before = {"amount_refunded": charge["amount_refunded"], "refunded": charge["refunded"]}
    charge.update(amount_refunded=refunded, refunded=is_whole)
    world.emit("refund.created", made)
    world.emit("charge.refunded", charge, before)
    return made


def of_charge(world: World, charge: Resource) -> Resource:
    """The refunds of a charge as a list, newest first."""
    data = list(reversed(list(world.all("refund", charge=charge["id"]))))
    return {"object": "list", "data": data, "has_more": False, "url": f"/v1/charges/{charge['id']}/refunds"}


def charge_named(world: World, charge: str | None, payment: str | None) -> Resource:
    """The charge that is to be refunded or disputed, by its id or its intent's. Raises Refused."""
    if charge:
        return world.get("charge", charge, "charge")
    if not payment:
        message = "One of the following params should be provided for this request: payment_intent or charge."
        raise failures.refused(message, "parameter_missing")
    found = world.get("payment_intent", payment, "payment_intent")
    if found["latest_charge"] is None or found["status"] != "succeeded":
        raise failures.refused("This PaymentIntent does not have a successful charge to refund.")
    return world.get("charge", found["latest_charge"])


def _shown(amount: int) -> str:
    return f"${amount // 100}.{amount % 100:02d}"


def _create(call: Call) -> Resource:
    params = call.params
    return make(
        call.world,
        charge_named(call.world, params.text("charge"), params.text("payment_intent")),
        amount=params.integer("amount", at_least=1),
        reason=params.choice("reason", REASONS),
        metadata=params.metadata(),
    )


def _update(call: Call) -> Resource:
    made = call.named("refund")
    call.world.update(made, "refund.updated", metadata=call.params.metadata(made["metadata"]))
    return made


def _list(call: Call) -> Resource:
    charge, payment = call.params.text("charge"), call.params.text("payment_intent")
    found = [
        each
        for each in call.world.all("refund")
        if (charge is None or each["charge"] == charge) and (payment is None or each["payment_intent"] == payment)
    ]
    return listing.page(found, call.params, "/v1/refunds")


ROUTES = (
    Route("POST", "/v1/refunds", _create, "charge payment_intent amount reason metadata"),
    Route("GET", "/v1/refunds", _list, f"charge payment_intent {listing.PARAMETERS}"),
    Route("GET", "/v1/refunds/{id}", lambda call: call.named("refund")),
    Route("POST", "/v1/refunds/{id}", _update, "metadata"),
    Route(
        "GET",
        "/v1/charges/{id}/refunds",
        lambda call: listing.page(call.world.all("refund", charge=call.named("charge")["id"]), call.params, call.url),
        listing.PARAMETERS,
    ),
)
