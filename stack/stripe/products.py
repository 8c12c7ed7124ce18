"""Products, and the features that come with them."""

from __future__ import annotations

from stack.stripe import failures, listing
from stack.stripe.routing import Call, Route
from stack.stripe.shapes import Resource
from stack.stripe.world import World

_WRITABLE = "name description active metadata images url unit_label statement_descriptor tax_code shippable"


def make(world: World, *, name: str, identifier: str = "", **fields: object) -> Resource:
    """Add a product."""
    base: Resource = {"active": True, "images": [], "marketing_features": [], "type": "service"}
    product = world.new("product", identifier=identifier, name=name, **(base | fields))
    world.update(product, None, updated=product["created"])
    world.emit("product.created", product)
    return product


def _create(call: Call) -> Resource:
    params = call.params
    identifier = params.text("id") or ""
    if identifier in call.world.table("product"):
        raise failures.refused("Product already exists.", "resource_already_exists", "id")
    return make(
        call.world,
        name=params.required("name"),
        identifier=identifier,
        description=params.text("description"),
        active=params.flag("active") is not False,
        metadata=params.metadata(),
        images=params.words("images"),
        url=params.text("url"),
        unit_label=params.text("unit_label"),
        statement_descriptor=params.text("statement_descriptor"),
        tax_code=params.text("tax_code"),
        shippable=params.flag("shippable"),
    )


def _update(call: Call) -> Resource:
    product, params = call.named("product"), call.params
    fields: Resource = {"metadata": params.metadata(product["metadata"])}
    for name in ("name", "description", "url", "unit_label", "statement_descriptor", "tax_code"):
        if params.has(name):
            fields[name] = params.text(name)
    if params.has("active"):
        fields["active"] = params.flag("active")
    if params.has("default_price"):
        fields["default_price"] = call.world.get("price", params.required("default_price"), "default_price")["id"]
    call.world.update(product, "product.updated", updated=call.world.now(), **fields)
    return product


def _list(call: Call) -> Resource:
    active, ids = call.params.flag("active"), call.params.words("ids")
    found = [
        each
        for each in call.world.all("product")
        if (active is None or each["active"] is active) and (not ids or each["id"] in ids)
    ]
    return listing.page(found, call.params, "/v1/products")


def attach_feature(world: World, product: Resource, feature: Resource) -> Resource:
    """Let a product come with a feature."""
    made = world.new("product_feature", entitlement_feature=dict(feature))
    world.note(made["id"])["product"] = product["id"]
    return made


def features_of(world: World, product: str) -> list[Resource]:
    """The features that come with a product, as product features."""
    return [each for each in world.all("product_feature") if world.note(each["id"])["product"] == product]


def _attach_feature(call: Call) -> Resource:
    product = call.named("product")
    feature = call.world.get("entitlements.feature", call.params.required("entitlement_feature"), "entitlement_feature")
    return attach_feature(call.world, product, feature)


def _list_features(call: Call) -> Resource:
    product = call.named("product")
    return listing.page(features_of(call.world, product["id"]), call.params, call.url)


def _detach_feature(call: Call) -> Resource:
    call.named("product")
    made = call.world.get("product_feature", call.ids[1], status=404)
    call.world.remove("product_feature", made["id"])
    return {"id": made["id"], "object": "product_feature", "deleted": True}


ROUTES = (
    Route("POST", "/v1/products", _create, f"id {_WRITABLE}"),
    Route("GET", "/v1/products", _list, f"active ids {listing.PARAMETERS}"),
    Route("GET", "/v1/products/{id}", lambda call: call.named("product")),
    Route("POST", "/v1/products/{id}", _update, f"default_price {_WRITABLE}"),
    Route("POST", "/v1/products/{id}/features", _attach_feature, "entitlement_feature"),
    Route("GET", "/v1/products/{id}/features", _list_features, listing.PARAMETERS),
    Route("DELETE", "/v1/products/{id}/features/{feature}", _detach_feature),
)
