"""Routes of subscriptions and their items."""

from __future__ import annotations

from stack.stripe import charging, discounts, failures, invoicing, listing, payment_methods, standing, subscribing
from stack.stripe import subscription_changes as changes
from stack.stripe.clock import DAY_S
from stack.stripe.parameters import Parameters
from stack.stripe.routing import Call, Route
from stack.stripe.shapes import Resource
from stack.stripe.world import World

_BEHAVIORS = ("allow_incomplete", "default_incomplete", "error_if_incomplete", "pending_if_incomplete")
_AT_TRIAL_END = ("cancel", "create_invoice", "pause")
_STATUSES = (
    "active",
    "all",
    "canceled",
    "ended",
    "incomplete",
    "incomplete_expired",
    "past_due",
    "paused",
    "trialing",
    "unpaid",
)


def read_trial(world: World, params: Parameters, customer: str | None) -> int | None:
    """When the trial that is asked for ends; None for none. Raises Refused."""
    now, days = world.now(customer), params.integer("trial_period_days", at_least=1, at_most=730)
    end = params.integer("trial_end") if params.text("trial_end") != "now" else None
    if days is not None and end is not None:
        raise failures.refused("You may only specify one of these parameters: trial_end, trial_period_days.")
    if end is not None and end <= now:
        raise failures.parameter_invalid("trial_end", "The trial end date must be in the future.")
    return now + days * DAY_S if days is not None else end


def read_trial_settings(params: Parameters) -> Resource | None:
    """What happens when a trial ends without a card; None where nothing is said."""
    behavior = params.group("trial_settings").group("end_behavior").choice("missing_payment_method", _AT_TRIAL_END)
    return {"end_behavior": {"missing_payment_method": behavior}} if behavior else None


def _create(call: Call) -> Resource:
    world, params = call.world, call.params
    customer = world.get("customer", params.required("customer"), "customer")
    ordered = subscribing.read_items(world, params)
    _require_charged(params)
    behavior = params.choice("payment_behavior", _BEHAVIORS) or "allow_incomplete"
    trial_end = read_trial(world, params, customer["id"])
    subtotal = sum(each.price["unit_amount"] * each.quantity for each in ordered)
    chosen = discounts.read(world, params, customer["id"], subtotal)
    method = _method(world, params, customer["id"])
    if method is None and payment_methods.default_of(world, customer["id"]) is None:
        needs = subtotal > 0 and trial_end is None and behavior != "default_incomplete"
        if needs:
            message = (
                "This customer has no attached payment source or default payment method. Please consider adding a "
                "default payment method."
            )
            raise failures.refused(message, "resource_missing")
    if behavior == "error_if_incomplete" and trial_end is None:
        _require_paying(world, customer["id"], method)
    subscription = subscribing.make(
        world,
        customer=customer["id"],
        ordered=ordered,
        trial_end=trial_end,
        chosen=chosen,
        payment_method=method["id"] if method else None,
        metadata=params.metadata(),
        description=params.text("description"),
        trial_settings=read_trial_settings(params),
    )
    if params.flag("cancel_at_period_end"):
        _cancel_at_period_end(world, subscription, wanted=True)
    invoice = world.get("invoice", subscription["latest_invoice"])
    if invoice["status"] == "open" and behavior != "default_incomplete":
        invoicing.pay(world, invoice, on_session=params.flag("off_session") is not True)
    return subscription


def _require_charged(params: Parameters) -> None:
    if (params.text("collection_method") or "charge_automatically") != "charge_automatically":
        raise failures.not_supported("invoices sent to be paid by hand (collection_method=send_invoice)")
    if params.group("automatic_tax").flag("enabled"):
        raise failures.not_supported("automatic tax")


def _require_paying(world: World, customer: str, method: Resource | None) -> None:
    chosen = method or payment_methods.default_of(world, customer)
    if chosen is None:
        return
    decline = charging.answer_of(payment_methods.card_of(world, chosen), on_session=True)
    if decline is not None:
        raise failures.card_refused(decline.code, decline.decline_code, decline.message)


def _method(world: World, params: Parameters, customer: str) -> Resource | None:
    given = params.text("default_payment_method")
    if given is None:
        return None
    method = payment_methods.named(world, given, "default_payment_method", customer)
    if method["customer"] != customer:
        message = f"The customer does not have a payment method with the ID {given[:80]}."
        raise failures.refused(message, "resource_missing", "default_payment_method")
    return method


def _cancel_at_period_end(world: World, subscription: Resource, *, wanted: bool) -> None:
    now = world.now(subscription["customer"])
    reason = "cancellation_requested" if wanted else None
    world.update(
        subscription,
        "customer.subscription.updated",
        cancel_at_period_end=wanted,
        cancel_at=subscribing.period_of(subscription)[1] if wanted else None,
        canceled_at=now if wanted else None,
        cancellation_details=subscription["cancellation_details"] | {"reason": reason},
    )


def set_cancel_at_period_end(world: World, subscription: Resource, *, wanted: bool) -> None:
    """Let a subscription end with its period, or go on after all. Raises Refused when it has ended."""
    if subscription["status"] in standing.ENDED:
        message = "A canceled subscription can only update its cancellation_details and metadata."
        raise failures.refused(message)
    _cancel_at_period_end(world, subscription, wanted=wanted)


def _update(call: Call) -> Resource:
    world, params, subscription = call.world, call.params, call.named("subscription")
    customer, others = subscription["customer"], set(params.names()) - {"metadata", "cancellation_details", "expand"}
    if subscription["status"] in standing.ENDED and others:
        message = "A canceled subscription can only update its cancellation_details and metadata."
        raise failures.refused(message)
    _require_charged(params)
    behavior = params.choice("proration_behavior", changes.PRORATIONS) or "create_prorations"
    changed = changes.read_changes(world, subscription, params)
    at = params.integer("proration_date")
    start, end = subscribing.period_of(subscription)
    if at is not None and not start <= at <= end:
        message = "Cannot specify a proration date outside of the current period."
        raise failures.parameter_invalid("proration_date", message)
    strict = params.choice("payment_behavior", _BEHAVIORS) == "error_if_incomplete"
    if strict and (changed or params.text("trial_end") == "now"):
        _require_paying(world, customer, payment_methods.default_of(world, customer, subscription))
    world.update(subscription, "customer.subscription.updated", **_plain_fields(world, subscription, params))
    if params.has("cancel_at_period_end"):
        wanted = params.flag("cancel_at_period_end") is True
        if wanted != subscription["cancel_at_period_end"]:
            _cancel_at_period_end(world, subscription, wanted=wanted)
    if params.has("trial_end"):
        _set_trial_end(world, subscription, params)
    if changed:
        changes.apply(world, subscription, changed, behavior=behavior, at=at)
    return subscription


def _plain_fields(world: World, subscription: Resource, params: Parameters) -> Resource:
    """The fields that need no more than to be set."""
    customer = subscription["customer"]
    fields: Resource = {"metadata": params.metadata(subscription["metadata"])}
    if params.has("description"):
        fields["description"] = params.text("description")
    if params.has("default_payment_method"):
        method = _method(world, params, customer)
        fields["default_payment_method"] = method["id"] if method else None
    if params.has("trial_settings"):
        fields["trial_settings"] = read_trial_settings(params)
    if params.has("cancel_at"):
        at = params.integer("cancel_at")
        fields |= {"cancel_at": at, "canceled_at": world.now(customer) if at else None, "cancel_at_period_end": False}
    if params.has("cancellation_details"):
        group = params.group("cancellation_details")
        given = {name: group.text(name) for name in ("comment", "feedback") if group.has(name)}
        fields["cancellation_details"] = subscription["cancellation_details"] | given
    if params.has("discounts"):
        chosen = discounts.read(world, params, customer, 0)
        made = [discounts.make(world, each, customer=customer, subscription=subscription["id"]) for each in chosen]
        fields["discounts"] = [each["id"] for each in made]
    return fields


def _set_trial_end(world: World, subscription: Resource, params: Parameters) -> None:
    if params.text("trial_end") == "now":
        if subscription["status"] == "trialing":
            changes.end_trial(world, subscription, on_session=True)
        return
    end = read_trial(world, params, subscription["customer"])
    if end is None:
        return
    start = subscribing.period_of(subscription)[0]
    fields = {"status": "trialing", "trial_end": end, "billing_cycle_anchor": end}
    fields["trial_start"] = subscription["trial_start"] or world.now(subscription["customer"])
    subscribing.set_period(world, subscription, (start, end), "customer.subscription.updated", **fields)


def _cancel(call: Call) -> Resource:
    subscription, params = call.named("subscription"), call.params
    if subscription["status"] in standing.ENDED:
        raise failures.no_such("subscription", subscription["id"], status=404)
    group = params.group("cancellation_details")
    details = {name: group.text(name) for name in ("comment", "feedback") if group.has(name)}
    prorates, invoices_now = params.flag("prorate") is True, params.flag("invoice_now") is True
    changes.cancel(call.world, subscription, prorates=prorates, invoices_now=invoices_now, details=details)
    return subscription


def _resume(call: Call) -> Resource:
    world, subscription = call.world, call.named("subscription")
    if subscription["status"] != "paused":
        message = f"Only paused subscriptions can be resumed; this one is {subscription['status']}."
        raise failures.refused(message)
    changes.end_trial(world, subscription, on_session=False)
    world.emit("customer.subscription.resumed", subscription)
    return subscription


def _list(call: Call) -> Resource:
    params = call.params
    customer, price, clock = params.text("customer"), params.text("price"), params.text("test_clock")
    status = params.choice("status", _STATUSES)
    wanted = {None: None, "all": None, "ended": standing.ENDED}.get(status, {status})
    found = [
        each
        for each in call.world.all("subscription")
        if (customer is None or each["customer"] == customer)
        # As Stripe has it, those of test clocks are listed only by their clock or their customer.
        and (each["test_clock"] == clock or (clock is None and customer is not None))
        and (price is None or any(item["price"]["id"] == price for item in each["items"]["data"]))
        and (each["status"] in wanted if wanted else status == "all" or each["status"] not in standing.ENDED)
    ]
    return listing.page(found, params, "/v1/subscriptions")


def _list_items(call: Call) -> Resource:
    subscription = call.world.get("subscription", call.params.required("subscription"), "subscription")
    return listing.page(reversed(subscription["items"]["data"]), call.params, "/v1/subscription_items")


_WRITABLE = (
    "items metadata description default_payment_method payment_behavior proration_behavior cancel_at_period_end "
    "cancel_at trial_end trial_settings discounts off_session collection_method automatic_tax payment_settings"
)

ROUTES = (
    Route("POST", "/v1/subscriptions", _create, f"customer trial_period_days currency {_WRITABLE}"),
    Route("GET", "/v1/subscriptions", _list, f"customer price status test_clock {listing.PARAMETERS}"),
    Route("GET", "/v1/subscriptions/{id}", lambda call: call.named("subscription")),
    Route("POST", "/v1/subscriptions/{id}", _update, f"proration_date cancellation_details {_WRITABLE}"),
    Route("DELETE", "/v1/subscriptions/{id}", _cancel, "prorate invoice_now cancellation_details"),
    Route("POST", "/v1/subscriptions/{id}/resume", _resume, "billing_cycle_anchor proration_behavior"),
    Route("GET", "/v1/subscription_items", _list_items, f"subscription {listing.PARAMETERS}"),
)
