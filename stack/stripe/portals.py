"""Customer portals: sessions, and the configuration that says what a customer may do there."""

from __future__ import annotations

import copy

from stack.stripe import failures, listing
from stack.stripe.parameters import Parameters
from stack.stripe.routing import Call, Route
from stack.stripe.shapes import Resource
from stack.stripe.world import World

CONFIGURATION = "billing_portal.configuration"
SESSION = "billing_portal.session"
_FLOWS = ("payment_method_update", "subscription_cancel", "subscription_update", "subscription_update_confirm")
_FEATURES: Resource = {
    "customer_update": {"allowed_updates": ["email", "tax_id"], "enabled": True},
    "invoice_history": {"enabled": True},
    "payment_method_update": {"enabled": True, "payment_method_configuration": None},
    "subscription_cancel": {
        "cancellation_reason": {"enabled": False, "options": []},
        "enabled": True,
        "mode": "at_period_end",
        "proration_behavior": "none",
    },
    "subscription_update": {
        "billing_cycle_anchor": None,
        "default_allowed_updates": ["price"],
        "enabled": True,
        "products": None,
        "proration_behavior": "always_invoice",
        "schedule_at_period_end": {"conditions": []},
        "trial_update_behavior": "end_trial",
    },
}


def default_configuration(world: World) -> Resource:
    """The configuration of sessions that name none; made when first needed."""
    found = next(world.all(CONFIGURATION, is_default=True), None)
    return found or _make(world, copy.deepcopy(_FEATURES), is_default=True)


def configuration_of(world: World, session: Resource) -> Resource:
    """What a session's customer may do."""
    return world.get(CONFIGURATION, session["configuration"])


def _make(world: World, features: Resource, *, is_default: bool = False, **fields: object) -> Resource:
    base: Resource = {
        "active": True,
        "business_profile": dict.fromkeys(("headline", "privacy_policy_url", "terms_of_service_url")),
        "login_page": {"enabled": False, "url": None},
    }
    made = world.new(CONFIGURATION, features=features, is_default=is_default, **(base | fields))
    made["updated"] = made["created"]
    return made


def _read_features(params: Parameters, present: Resource) -> Resource:
    """The features after this request: what is given replaces what was."""
    features = copy.deepcopy(present)
    given = params.group("features")
    given.refuse_unknown(_FEATURES)
    for name in given.names():
        group, feature = given.group(name), features[name]
        if group.has("enabled"):
            feature["enabled"] = group.flag("enabled") is True
        if group.has("mode"):
            feature["mode"] = group.choice("mode", ("at_period_end", "immediately"))
        if group.has("proration_behavior"):
            feature["proration_behavior"] = group.text("proration_behavior")
        if group.has("default_allowed_updates"):
            feature["default_allowed_updates"] = group.words("default_allowed_updates")
        if group.has("allowed_updates"):
            feature["allowed_updates"] = group.words("allowed_updates")
        if name == "subscription_update" and group.has("products"):
            feature["products"] = [
                {"product": each.required("product"), "prices": each.words("prices")}
                for each in group.groups("products")
            ]
    return features


def _read_profile(params: Parameters) -> Resource:
    group = params.group("business_profile")
    return {name: group.text(name) for name in ("headline", "privacy_policy_url", "terms_of_service_url")}


def _create_configuration(call: Call) -> Resource:
    params = call.params
    off = {name: feature | {"enabled": False} for name, feature in _FEATURES.items()}
    features = _read_features(params, off)
    return _make(
        call.world,
        features,
        business_profile=_read_profile(params),
        default_return_url=params.text("default_return_url"),
        metadata=params.metadata(),
        name=params.text("name"),
    )


def _update_configuration(call: Call) -> Resource:
    made, params = call.named(CONFIGURATION), call.params
    fields: Resource = {"metadata": params.metadata(made["metadata"]), "updated": call.world.now()}
    fields["features"] = _read_features(params, made["features"])
    if params.has("active"):
        fields["active"] = params.flag("active")
    if params.has("default_return_url"):
        fields["default_return_url"] = params.text("default_return_url")
    if params.has("business_profile"):
        fields["business_profile"] = made["business_profile"] | _read_profile(params)
    call.world.update(made, "billing_portal.configuration.updated", **fields)
    return made


def _create_session(call: Call) -> Resource:
    world, params = call.world, call.params
    customer = world.get("customer", params.required("customer"), "customer")
    named = params.text("configuration")
    configuration = world.get(CONFIGURATION, named, "configuration") if named else default_configuration(world)
    address = params.text("return_url") or configuration["default_return_url"]
    if address is not None and not address.startswith(("http://", "https://")):
        raise failures.parameter_invalid("return_url", "Not a valid URL", "url_invalid")
    session = world.new(
        SESSION,
        created=world.now(),
        configuration=configuration["id"],
        customer=customer["id"],
        flow=_read_flow(world, params.group("flow_data"), customer["id"]),
        locale=params.text("locale"),
        return_url=address,
    )
    session["url"] = f"{world.address}/portal/{session['id']}"
    world.emit("billing_portal.session.created", session)
    return session


def _read_flow(world: World, params: Parameters, customer: str) -> Resource | None:
    kind = params.choice("type", _FLOWS)
    if kind is None:
        return None
    flow: Resource = dict.fromkeys(("after_completion", *_FLOWS[1:]))
    flow |= {"type": kind, "after_completion": _read_after(params.group("after_completion"))}
    if kind in _FLOWS[1:]:
        group = params.group(kind)
        subscription = world.get("subscription", group.required("subscription"), group.full_name("subscription"))
        if subscription["customer"] != customer:
            raise failures.no_such("subscription", subscription["id"], group.full_name("subscription"))
        flow[kind] = {"subscription": subscription["id"]}
        if kind == "subscription_update_confirm":
            items = [
                {"id": each.text("id"), "price": each.text("price"), "quantity": each.integer("quantity")}
                for each in group.groups("items")
            ]
            flow[kind] |= {"items": items, "discounts": None}
    return flow


def _read_after(params: Parameters) -> Resource:
    kind = params.choice("type", ("hosted_confirmation", "portal_homepage", "redirect")) or "portal_homepage"
    address = params.group("redirect").text("return_url")
    return {
        "type": kind,
        "hosted_confirmation": None,
        "redirect": {"return_url": address} if address is not None else None,
    }


_PATH = "/v1/billing_portal/configurations"
_WRITABLE = "features business_profile default_return_url metadata name"

ROUTES = (
    Route("POST", "/v1/billing_portal/sessions", _create_session, "customer return_url configuration flow_data locale"),
    Route("POST", _PATH, _create_configuration, _WRITABLE),
    Route(
        "GET",
        _PATH,
        lambda call: listing.page(call.world.all(CONFIGURATION), call.params, _PATH),
        f"active is_default {listing.PARAMETERS}",
    ),
    Route("GET", f"{_PATH}/{{id}}", lambda call: call.named(CONFIGURATION)),
    Route("POST", f"{_PATH}/{{id}}", _update_configuration, f"active {_WRITABLE}"),
)
