"""Discounts: a coupon at work on a subscription, an invoice or a session."""

from __future__ import annotations

from stack.stripe import coupons, failures, months, promotion_codes
from stack.stripe.amounts import Reduction
from stack.stripe.parameters import Parameters
from stack.stripe.shapes import Resource
from stack.stripe.world import World

Chosen = tuple[Resource, "Resource | None"]
"""A coupon, and the promotion code that it came by."""


def read(world: World, params: Parameters, customer: str | None, subtotal: int) -> list[Chosen]:
    """The coupons that `discounts` name. Raises Refused."""
    chosen: list[Chosen] = []
    for each in params.groups("discounts"):
        each.refuse_unknown(("coupon", "promotion_code", "discount"))
        code = each.text("promotion_code")
        if each.text("discount") is not None:
            held = world.get("discount", each.required("discount"), each.full_name("discount"))
            chosen.append((coupon_of(world, held), None))
        elif code is not None:
            promotion_code = world.get("promotion_code", code, each.full_name("promotion_code"))
            reason = promotion_codes.reason_against(world, promotion_code, customer, subtotal)
            if reason:
                raise failures.parameter_invalid(each.full_name("promotion_code"), reason)
            chosen.append((world.get("coupon", promotion_code["promotion"]["coupon"]), promotion_code))
        else:
            coupon = world.get("coupon", each.required("coupon"), each.full_name("coupon"))
            coupons.require_valid(world, coupon, each.full_name("coupon"))
            chosen.append((coupon, None))
    return chosen


def make(world: World, chosen: Chosen, *, customer: str, **owner: object) -> Resource:
    """Put a coupon to work; it counts as redeemed. `owner` says on what."""
    coupon, promotion_code = chosen
    rest: Resource = dict(owner)
    start = world.now(customer)
    end = months.added(start, "month", coupon["duration_in_months"]) if coupon["duration"] == "repeating" else None
    made = world.new(
        "discount",
        customer=customer,
        source={"type": "coupon", "coupon": coupon["id"]},
        promotion_code=promotion_code["id"] if promotion_code else None,
        start=start,
        end=end,
        **rest,
    )
    coupons.redeem(world, coupon)
    if promotion_code is not None:
        promotion_codes.redeem(world, promotion_code)
    world.emit("customer.discount.created", made)
    return made


def coupon_of(world: World, discount: Resource) -> Resource:
    """The coupon of a discount, also when it was deleted since."""
    identifier = discount["source"]["coupon"]
    found = world.table("coupon").get(identifier) or world.note("deleted coupons").get(identifier)
    if found is None:
        raise failures.no_such("coupon", identifier)
    return dict(found)


def reductions(world: World, identifiers: list[str]) -> list[Reduction]:
    """What these discounts take off, in order."""
    return [coupons.reduction_of(coupon_of(world, world.get("discount", each))) for each in identifiers]


def end_used(world: World, subscription: Resource, moment: int) -> None:
    """Take from a subscription the discounts that were for once, or whose months are over.

    A discount for once stays until an invoice was smaller for it, so that it outlives a free trial.
    """
    kept = []
    for identifier in subscription["discounts"]:
        discount = world.get("discount", identifier)
        is_once = coupon_of(world, discount)["duration"] == "once"
        if (is_once and world.note(identifier).get("used")) or (
            discount["end"] is not None and discount["end"] <= moment
        ):
            world.emit("customer.discount.deleted", discount)
        else:
            kept.append(identifier)
    world.update(subscription, None, discounts=kept)
