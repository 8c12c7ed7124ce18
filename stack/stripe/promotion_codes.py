"""Promotion codes: what people type to get a coupon."""

from __future__ import annotations

from stack.stripe import coupons, failures, listing
from stack.stripe.routing import Call, Route
from stack.stripe.shapes import Resource
from stack.stripe.world import World

_CODE_LENGTH = 8


def make(world: World, *, coupon: str, code: str, **fields: object) -> Resource:
    """Add a code for a coupon."""
    restrictions = {"first_time_transaction": False, "minimum_amount": None, "minimum_amount_currency": None}
    base: Resource = {"active": True, "times_redeemed": 0, "restrictions": restrictions}
    promotion = {"type": "coupon", "coupon": coupon}
    made = world.new("promotion_code", code=code, promotion=promotion, **(base | fields))
    world.emit("promotion_code.created", made)
    return made


def usable(world: World, code: str, customer: str | None, subtotal: int) -> Resource | None:
    """The active code that a person typed, if this customer may use it for this sum; None where not."""
    typed = code.strip().casefold()
    for each in world.all("promotion_code", active=True):
        if each["code"].casefold() == typed and not reason_against(world, each, customer, subtotal):
            return each
    return None


def reason_against(world: World, promotion_code: Resource, customer: str | None, subtotal: int) -> str:
    """Why this customer may not use the code for this sum; empty when they may."""
    restrictions = promotion_code["restrictions"]
    minimum = restrictions["minimum_amount"]
    coupon = world.table("coupon").get(promotion_code["promotion"]["coupon"])
    expires_at, uses_max = promotion_code["expires_at"], promotion_code["max_redemptions"]
    reasons = {
        "This promotion code is not active.": not promotion_code["active"],
        "This promotion code has expired.": expires_at is not None and expires_at <= world.now(customer),
        "This promotion code has been redeemed too often.": uses_max is not None
        and promotion_code["times_redeemed"] >= uses_max,
        "This promotion code is another customer's.": promotion_code["customer"] not in {None, customer},
        "This promotion code is for a first purchase.": restrictions["first_time_transaction"]
        and any(world.all("charge", customer=customer, status="succeeded")),
        "This promotion code needs a larger order.": minimum is not None and subtotal < minimum,
        "The coupon of this promotion code is gone.": coupon is None or not coupon["valid"],
    }
    return next((reason for reason, holds in reasons.items() if holds), "")


def redeem(world: World, promotion_code: Resource) -> None:
    """Count one use."""
    world.update(promotion_code, "promotion_code.updated", times_redeemed=promotion_code["times_redeemed"] + 1)


def _create(call: Call) -> Resource:
    world, params = call.world, call.params
    promotion = params.group("promotion")
    promotion.choice("type", ["coupon", "coupon"])
    coupon = world.get("coupon", promotion.required("coupon"), promotion.full_name("coupon"))
    coupons.require_valid(world, coupon, promotion.full_name("coupon"))
    code = params.text("code") or world.letters(f"code:{world.serial}", _CODE_LENGTH).upper()
    if not all(letter.isascii() and (letter.isalnum() or letter in "-_") for letter in code):
        message = "Promotion codes hold letters, digits, dashes and underscores."
        raise failures.parameter_invalid("code", message)
    if any(each["code"].casefold() == code.casefold() for each in world.all("promotion_code", active=True)):
        message = "An active promotion code with `code` already exists."
        raise failures.refused(message, "resource_already_exists", "code")
    restrictions = params.group("restrictions")
    customer = params.text("customer")
    return make(
        world,
        coupon=coupon["id"],
        code=code,
        active=params.flag("active") is not False,
        customer=world.get("customer", customer, "customer")["id"] if customer else None,
        expires_at=params.integer("expires_at"),
        max_redemptions=params.integer("max_redemptions", at_least=1),
        metadata=params.metadata(),
        restrictions={
            "first_time_transaction": restrictions.flag("first_time_transaction") is True,
            "minimum_amount": restrictions.integer("minimum_amount", at_least=1),
            "minimum_amount_currency": restrictions.text("minimum_amount_currency"),
        },
    )


def _update(call: Call) -> Resource:
    made, params = call.named("promotion_code"), call.params
    fields: Resource = {"metadata": params.metadata(made["metadata"])}
    if params.has("active"):
        fields["active"] = params.flag("active")
    call.world.update(made, "promotion_code.updated", **fields)
    return made


def _list(call: Call) -> Resource:
    params = call.params
    code, coupon, customer, active = (
        params.text("code"),
        params.text("coupon"),
        params.text("customer"),
        params.flag("active"),
    )
    found = [
        each
        for each in call.world.all("promotion_code")
        if (code is None or each["code"].casefold() == code.casefold())
        and (coupon is None or each["promotion"]["coupon"] == coupon)
        and (customer is None or each["customer"] == customer)
        and (active is None or each["active"] is active)
    ]
    return listing.page(found, params, "/v1/promotion_codes")


ROUTES = (
    Route(
        "POST",
        "/v1/promotion_codes",
        _create,
        "promotion code active customer expires_at max_redemptions restrictions metadata",
    ),
    Route("GET", "/v1/promotion_codes", _list, f"code coupon customer active {listing.PARAMETERS}"),
    Route("GET", "/v1/promotion_codes/{id}", lambda call: call.named("promotion_code")),
    Route("POST", "/v1/promotion_codes/{id}", _update, "active metadata"),
)
