"""Prices: per unit, recurring or one-time."""

from __future__ import annotations

import copy

from stack.stripe import failures, listing
from stack.stripe.parameters import Parameters
from stack.stripe.routing import Call, Route
from stack.stripe.shapes import Resource
from stack.stripe.world import World

INTERVALS = ("day", "week", "month", "year")
AMOUNT_MAX = 99_999_999


def make(
    world: World,
    *,
    product: str,
    currency: str,
    unit_amount: int,
    interval: str | None = None,
    interval_count: int = 1,
    identifier: str = "",
    **fields: object,
) -> Resource:
    """Add a price; without an interval it is one-time."""
    recurring = None
    if interval is not None:
        recurring = {
            "interval": interval,
            "interval_count": interval_count,
            "meter": None,
            "trial_period_days": None,
            "usage_type": "licensed",
        }
    base: Resource = {"active": True, "billing_scheme": "per_unit", "tax_behavior": "unspecified"}
    price = world.new(
        "price",
        identifier=identifier,
        product=product,
        currency=currency,
        unit_amount=unit_amount,
        unit_amount_decimal=str(unit_amount),
        recurring=recurring,
        type="one_time" if recurring is None else "recurring",
        **(base | fields),
    )
    world.emit("price.created", price)
    return price


def read(world: World, params: Parameters, *, product: str, **fields: object) -> Resource:
    """Add the price that these parameters (a price's own, or `price_data`) describe."""
    recurring = params.group("recurring")
    interval = recurring.choice("interval", INTERVALS)
    if interval is None and params.has("recurring"):
        raise failures.parameter_missing(recurring.full_name("interval"))
    rest: Resource = dict(fields)
    amount = params.integer("unit_amount", at_least=0, at_most=AMOUNT_MAX)
    if amount is None:
        raise failures.parameter_missing(params.full_name("unit_amount"))
    return make(
        world,
        product=world.get("product", product, params.full_name("product"))["id"],
        currency=params.required("currency").lower(),
        unit_amount=amount,
        interval=interval,
        interval_count=recurring.integer("interval_count", at_least=1, at_most=36) or 1,
        **rest,
    )


def plan_of(price: Resource) -> Resource | None:
    """The price in the older form that subscription items still carry."""
    if price["recurring"] is None:
        return None
    return {
        "id": price["id"],
        "object": "plan",
        "active": price["active"],
        "amount": price["unit_amount"],
        "amount_decimal": price["unit_amount_decimal"],
        "billing_scheme": price["billing_scheme"],
        "created": price["created"],
        "currency": price["currency"],
        "interval": price["recurring"]["interval"],
        "interval_count": price["recurring"]["interval_count"],
        "livemode": False,
        "metadata": copy.deepcopy(price["metadata"]),
        "meter": None,
        "nickname": price["nickname"],
        "product": price["product"],
        "tiers_mode": None,
        "transform_usage": None,
        "trial_period_days": None,
        "usage_type": "licensed",
    }


def _create(call: Call) -> Resource:
    world, params = call.world, call.params
    key = params.text("lookup_key")
    if key is not None:
        _take_lookup_key(world, key, transfer=params.flag("transfer_lookup_key") is True)
    product = params.text("product")
    if product is None and not params.has("product_data"):
        raise failures.parameter_missing("product")
    if product is None:
        raise failures.not_supported("prices with product_data; create the product first")
    return read(
        world,
        params,
        product=product,
        lookup_key=key,
        nickname=params.text("nickname"),
        metadata=params.metadata(),
        active=params.flag("active") is not False,
    )


def _take_lookup_key(world: World, key: str, *, transfer: bool) -> None:
    holder = next(world.all("price", lookup_key=key), None)
    if holder is not None and not transfer:
        message = (
            f"A price (`{holder['id']}`) already uses that lookup key. To transfer that lookup key to this price, "
            "please pass `transfer_lookup_key=true`."
        )
        raise failures.refused(message, "resource_already_exists", "lookup_key")
    if holder is not None:
        world.update(holder, "price.updated", lookup_key=None)


def _update(call: Call) -> Resource:
    price, params = call.named("price"), call.params
    fields: Resource = {"metadata": params.metadata(price["metadata"])}
    if params.has("active"):
        fields["active"] = params.flag("active")
    if params.has("nickname"):
        fields["nickname"] = params.text("nickname")
    if params.has("lookup_key"):
        key = params.text("lookup_key")
        if key is not None and key != price["lookup_key"]:
            _take_lookup_key(call.world, key, transfer=params.flag("transfer_lookup_key") is True)
        fields["lookup_key"] = key
    call.world.update(price, "price.updated", **fields)
    return price


def _list(call: Call) -> Resource:
    params = call.params
    active, product, kind = (
        params.flag("active"),
        params.text("product"),
        params.choice("type", ("one_time", "recurring")),
    )
    keys = params.words("lookup_keys")
    found = [
        each
        for each in call.world.all("price")
        if (active is None or each["active"] is active)
        and (product is None or each["product"] == product)
        and (kind is None or each["type"] == kind)
        and (not keys or each["lookup_key"] in keys)
    ]
    return listing.page(found, params, "/v1/prices")


_OWN = "nickname metadata active lookup_key transfer_lookup_key"

ROUTES = (
    Route(
        "POST",
        "/v1/prices",
        _create,
        f"product product_data currency unit_amount recurring tax_behavior billing_scheme {_OWN}",
    ),
    Route("GET", "/v1/prices", _list, f"active product type lookup_keys currency {listing.PARAMETERS}"),
    Route("GET", "/v1/prices/{id}", lambda call: call.named("price")),
    Route("POST", "/v1/prices/{id}", _update, f"tax_behavior {_OWN}"),
)
