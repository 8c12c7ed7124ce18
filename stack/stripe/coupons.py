"""Coupons: a percentage or an amount off, once, for some months, or for ever."""

from __future__ import annotations

from fractions import Fraction

from stack.stripe import failures, listing
from stack.stripe.amounts import Reduction
from stack.stripe.routing import Call, Route
from stack.stripe.shapes import Resource
from stack.stripe.world import World

DURATIONS = ("forever", "once", "repeating")


def make(world: World, *, identifier: str = "", **fields: object) -> Resource:
    """Add a coupon."""
    base: Resource = {"duration": "once", "times_redeemed": 0, "valid": True}
    coupon = world.new("coupon", identifier=identifier, **(base | fields))
    world.emit("coupon.created", coupon)
    return coupon


def reduction_of(coupon: Resource) -> Reduction:
    """What the coupon takes off."""
    if coupon["percent_off"] is not None:
        return Reduction(percent=Fraction(str(coupon["percent_off"])))
    return Reduction(amount=int(coupon["amount_off"]))


def require_valid(world: World, coupon: Resource, param: str) -> None:
    """Refuse a coupon that has run out."""
    ended = coupon["redeem_by"] is not None and coupon["redeem_by"] <= world.now()
    used_up = coupon["max_redemptions"] is not None and coupon["times_redeemed"] >= coupon["max_redemptions"]
    if ended or used_up or not coupon["valid"]:
        raise failures.refused(f"Coupon {coupon['id']} is expired and cannot be applied.", "coupon_expired", param)


def redeem(world: World, coupon: Resource) -> None:
    """Count one use."""
    times = coupon["times_redeemed"] + 1
    used_up = coupon["max_redemptions"] is not None and times >= coupon["max_redemptions"]
    world.update(coupon, "coupon.updated", times_redeemed=times, valid=coupon["valid"] and not used_up)


def _create(call: Call) -> Resource:
    params = call.params
    identifier = params.text("id") or ""
    if identifier in call.world.table("coupon"):
        raise failures.refused("Coupon already exists.", "resource_already_exists", "id")
    amount = params.integer("amount_off", at_least=1)
    percent = _percent(params.text("percent_off"))
    if (amount is None) == (percent is None):
        raise failures.refused("Must provide either percent_off or amount_off when creating a coupon.")
    currency = params.text("currency")
    if amount is not None and currency is None:
        raise failures.parameter_missing("currency")
    duration = params.choice("duration", DURATIONS) or "once"
    months = params.integer("duration_in_months", at_least=1)
    if (duration == "repeating") != (months is not None):
        message = "`duration_in_months` goes with `duration=repeating`, and is required with it."
        raise failures.parameter_invalid("duration_in_months", message)
    return make(
        call.world,
        identifier=identifier,
        amount_off=amount,
        percent_off=percent,
        currency=currency,
        duration=duration,
        duration_in_months=months,
        name=params.text("name"),
        max_redemptions=params.integer("max_redemptions", at_least=1),
        redeem_by=params.integer("redeem_by"),
        metadata=params.metadata(),
    )


def _percent(text: str | None) -> float | None:
    if text is None:
        return None
    try:
        percent = float(text)
    except ValueError:
        percent = 0.0
    if not 0 < percent <= 100:
        message = "percent_off must be greater than 0 and at most 100"
        raise failures.parameter_invalid("percent_off", message)
    return percent


def _update(call: Call) -> Resource:
    coupon, params = call.named("coupon"), call.params
    fields: Resource = {"metadata": params.metadata(coupon["metadata"])}
    if params.has("name"):
        fields["name"] = params.text("name")
    call.world.update(coupon, "coupon.updated", **fields)
    return coupon


def _delete(call: Call) -> Resource:
    coupon = call.named("coupon")
    call.world.emit("coupon.deleted", coupon)
    # What was discounted by it stays so: a discount keeps the coupon that it was made from.
    call.world.note("deleted coupons")[coupon["id"]] = dict(coupon)
    call.world.remove("coupon", coupon["id"])
    return {"id": coupon["id"], "object": "coupon", "deleted": True}


ROUTES = (
    Route(
        "POST",
        "/v1/coupons",
        _create,
        "id amount_off percent_off currency duration duration_in_months name max_redemptions redeem_by metadata",
    ),
    Route(
        "GET",
        "/v1/coupons",
        lambda call: listing.page(call.world.all("coupon"), call.params, call.url),
        listing.PARAMETERS,
    ),
    Route("GET", "/v1/coupons/{id}", lambda call: call.named("coupon")),
    Route("POST", "/v1/coupons/{id}", _update, "name metadata"),
    Route("DELETE", "/v1/coupons/{id}", _delete),
)
