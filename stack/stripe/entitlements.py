"""Entitlements: the features of the products that a customer subscribes to."""

from __future__ import annotations

from stack.stripe import failures, listing, products
from stack.stripe.routing import Call, Route
from stack.stripe.shapes import Resource
from stack.stripe.world import World

_ENTITLING = {"trialing", "active", "past_due"}


def make_feature(
    world: World, *, name: str, lookup_key: str, identifier: str = "", metadata: Resource | None = None
) -> Resource:
    """Add a feature."""
    return world.new(
        "entitlements.feature",
        identifier=identifier,
        name=name,
        lookup_key=lookup_key,
        active=True,
        metadata=dict(metadata or {}),
    )


def refresh(world: World, customer: str) -> None:
    """Bring a customer's entitlements in line with their subscriptions; tell the summary when they changed."""
    due = {
        each["entitlement_feature"]["id"]: each["entitlement_feature"]
        for subscription in world.all("subscription", customer=customer)
        if subscription["status"] in _ENTITLING
        for item in subscription["items"]["data"]
        for each in products.features_of(world, item["price"]["product"])
    }
    held = {each["feature"]: each for each in _active(world, customer)}
    for feature in held.keys() - due.keys():
        world.remove("entitlements.active_entitlement", held[feature]["id"])
    # In the order in which the products list them, so that ids are the same in every run.
    for feature in [each for each in due if each not in held]:
        made = world.new("entitlements.active_entitlement", feature=feature, lookup_key=due[feature]["lookup_key"])
        world.note(made["id"])["customer"] = customer
    if due.keys() != held.keys():
        world.emit("entitlements.active_entitlement_summary.updated", _summary(world, customer))


def _active(world: World, customer: str) -> list[Resource]:
    kind = "entitlements.active_entitlement"
    return [each for each in world.all(kind) if world.note(each["id"]).get("customer") == customer]


def _summary(world: World, customer: str) -> Resource:
    url = f"/v1/customer/{customer}/entitlements"
    return {
        "object": "entitlements.active_entitlement_summary",
        "customer": customer,
        "entitlements": {"object": "list", "data": _active(world, customer), "has_more": False, "url": url},
        "livemode": False,
    }


def _list_active(call: Call) -> Resource:
    customer = call.world.get("customer", call.params.required("customer"), "customer")
    return listing.page(_active(call.world, customer["id"]), call.params, "/v1/entitlements/active_entitlements")


def _create_feature(call: Call) -> Resource:
    key = call.params.required("lookup_key")
    if any(call.world.all("entitlements.feature", lookup_key=key)):
        message = f"A feature with the lookup key {key} already exists."
        raise failures.refused(message, "resource_already_exists", "lookup_key")
    return make_feature(call.world, name=call.params.required("name"), lookup_key=key, metadata=call.params.metadata())


def _list_features(call: Call) -> Resource:
    key = call.params.text("lookup_key")
    where = {"lookup_key": key} if key else {}
    return listing.page(call.world.all("entitlements.feature", **where), call.params, "/v1/entitlements/features")


ROUTES = (
    Route("GET", "/v1/entitlements/active_entitlements", _list_active, f"customer {listing.PARAMETERS}"),
    Route(
        "GET",
        "/v1/entitlements/active_entitlements/{id}",
        lambda call: call.named("entitlements.active_entitlement"),
    ),
    Route("POST", "/v1/entitlements/features", _create_feature, "name lookup_key metadata"),
    Route("GET", "/v1/entitlements/features", _list_features, f"lookup_key archived {listing.PARAMETERS}"),
    Route("GET", "/v1/entitlements/features/{id}", lambda call: call.named("entitlements.feature")),
)
