"""Routes of checkout sessions."""

from __future__ import annotations

from stack.stripe import checkout, discounts, failures, listing, subscribing, subscriptions
from stack.stripe.clock import DAY_S
from stack.stripe.parameters import Parameters
from stack.stripe.routing import Call, Route
from stack.stripe.shapes import Resource
from stack.stripe.world import World

_LIFE_S = (30 * 60, DAY_S)
_MODES = ("payment", "setup", "subscription")
_QUANTITY_MAX = 999_999


def _create(call: Call) -> Resource:
    world, params = call.world, call.params
    mode = params.choice("mode", _MODES)
    if mode is None:
        raise failures.parameter_missing("mode")
    _require_playable(params, mode)
    customer = params.text("customer")
    if customer is not None:
        world.get("customer", customer, "customer")
    lines = _read_lines(world, params, mode)
    subtotal = sum(each.price["unit_amount"] * each.quantity for each in lines)
    chosen = discounts.read(world, params, customer, subtotal)
    now = world.now()
    fields = _options(params, mode)
    note = _note(world, params, customer)
    session = world.new(
        "checkout.session",
        created=now,
        automatic_tax={"enabled": False, "liability": None, "provider": None, "status": None},
        customer=customer,
        currency=lines[0].price["currency"],
        discounts=[
            {"coupon": coupon["id"], "promotion_code": promotion_code["id"] if promotion_code else None}
            for coupon, promotion_code in chosen
        ],
        expires_at=_read_expiry(params, now),
        mode=mode,
        payment_status="unpaid",
        status="open",
        **fields,
    )
    session["url"] = f"{world.address}/pay/{session['id']}"
    world.note(session["id"]).update(note)
    world.note(session["id"])["lines"] = [
        {"id": world.new_id("item"), "price": each.price["id"], "quantity": each.quantity} for each in lines
    ]
    checkout.add_up(world, session)
    return session


def _require_playable(params: Parameters, mode: str) -> None:
    if mode == "setup":
        raise failures.not_supported("checkout sessions in `setup` mode")
    if params.choice("ui_mode", ("custom", "elements", "embedded_page", "form", "hosted_page")) not in {
        None,
        "hosted_page",
    }:
        raise failures.not_supported("embedded checkout")
    if params.group("automatic_tax").flag("enabled"):
        raise failures.not_supported("automatic tax")
    for name in ("success_url", "cancel_url"):
        address = params.text(name)
        if address is None and name == "success_url":
            raise failures.parameter_missing(name)
        if address is not None and not address.startswith(("http://", "https://")):
            message = "Not a valid URL"
            raise failures.parameter_invalid(name, message, "url_invalid")
    if params.text("customer") and params.text("customer_email"):
        raise failures.refused("You may only specify one of these parameters: customer, customer_email.")
    if params.has("allow_promotion_codes") and params.has("discounts"):
        raise failures.refused("You may only specify one of these parameters: allow_promotion_codes, discounts.")
    collects = params.group("tax_id_collection").flag("enabled")
    if collects and params.text("customer") and params.group("customer_update").text("name") != "auto":
        message = (
            "Tax ID collection requires updating business name on the customer. To enable tax ID collection for an "
            "existing customer, please set `customer_update[name]` to `auto`."
        )
        raise failures.refused(message)
    if mode == "payment" and params.has("subscription_data"):
        raise failures.refused("You can not pass `subscription_data` in `payment` mode.", param="subscription_data")
    if mode == "subscription" and params.has("payment_intent_data"):
        message = "You can not pass `payment_intent_data` in `subscription` mode."
        raise failures.refused(message, param="payment_intent_data")


def _read_lines(world: World, params: Parameters, mode: str) -> list[subscribing.Ordered]:
    lines = []
    for each in params.groups("line_items"):
        each.refuse_unknown(("price", "quantity", "adjustable_quantity", "tax_rates", "dynamic_tax_rates"))
        price = world.get("price", each.required("price"), each.full_name("price"))
        if not price["active"]:
            message = "The price specified is inactive. This field only accepts active prices."
            raise failures.parameter_invalid(each.full_name("price"), message)
        quantity = each.integer("quantity", at_least=1, at_most=_QUANTITY_MAX)
        if quantity is None:
            raise failures.parameter_missing(each.full_name("quantity"))
        lines.append(subscribing.Ordered(price, quantity))
    if not lines:
        raise failures.parameter_missing("line_items")
    recurring = [each.price for each in lines if each.price["recurring"] is not None]
    if mode == "payment" and recurring:
        message = (
            "You specified `payment` mode but passed a recurring price. Either switch to `subscription` mode or use "
            "only one-time prices."
        )
        raise failures.refused(message, param="line_items[0][price]")
    if mode == "subscription" and not recurring:
        message = "You must provide at least one recurring price in `subscription` mode when using prices."
        raise failures.refused(message, param="line_items")
    if recurring:
        subscribing.require_lawful(recurring)
    return lines


def _read_expiry(params: Parameters, now: int) -> int:
    expires_at = params.integer("expires_at")
    if expires_at is None:
        return now + _LIFE_S[1]
    if not now + _LIFE_S[0] <= expires_at <= now + _LIFE_S[1]:
        message = "The `expires_at` timestamp must be between 30 minutes and 24 hours from Checkout Session creation."
        raise failures.parameter_invalid("expires_at", message)
    return expires_at


def _options(params: Parameters, mode: str) -> Resource:
    """Fields that are told back as they were asked for, with Stripe's defaults."""
    invoices = params.group("invoice_creation").flag("enabled") is True
    creation = params.choice("customer_creation", ("always", "if_required"))
    if mode == "subscription" and creation is not None:
        message = "`customer_creation` can only be used in `payment` and `setup` mode."
        raise failures.refused(message, param="customer_creation")
    fields: Resource = {
        "allow_promotion_codes": params.flag("allow_promotion_codes"),
        "billing_address_collection": params.choice("billing_address_collection", ("auto", "required")),
        "cancel_url": params.text("cancel_url"),
        "client_reference_id": params.text("client_reference_id"),
        "custom_fields": [],
        "custom_text": dict.fromkeys(("after_submit", "shipping_address", "submit", "terms_of_service_acceptance")),
        "customer_email": params.text("customer_email"),
        "locale": params.text("locale"),
        "metadata": params.metadata(),
        "payment_method_types": ["card"],
        "phone_number_collection": {"enabled": False},
        "shipping_options": [],
        "submit_type": params.text("submit_type"),
        "success_url": params.required("success_url"),
        "ui_mode": "hosted_page",
    }
    collects = params.group("tax_id_collection").flag("enabled") is True
    fields["tax_id_collection"] = {"enabled": collects, "required": "never"}
    if mode == "payment":
        fields["customer_creation"] = "always" if invoices else creation or "if_required"
        fields["invoice_creation"] = {"enabled": invoices, "invoice_data": _invoice_data()}
        fields["payment_method_collection"] = "if_required"
    else:
        fields["payment_method_collection"] = (
            params.choice("payment_method_collection", ("always", "if_required")) or "always"
        )
    return fields


def _invoice_data() -> Resource:
    names = ("account_tax_ids", "custom_fields", "description", "footer", "issuer", "metadata", "rendering_options")
    return dict.fromkeys(names)


def _note(world: World, params: Parameters, customer: str | None) -> Resource:
    """What the session's completion will need and the API does not tell."""
    data, intent = params.group("subscription_data"), params.group("payment_intent_data")
    data.refuse_unknown(
        ("trial_period_days", "trial_end", "trial_settings", "metadata", "description", "proration_behavior")
    )
    intent.refuse_unknown(("metadata", "description", "setup_future_usage", "receipt_email"))
    now, end = world.now(customer), subscriptions.read_trial(world, data, customer)
    updates = params.group("customer_update")
    return {
        "subscription_data": {
            "trial_days": -(-(end - now) // DAY_S) if end is not None else 0,
            "metadata": data.metadata(),
            "description": data.text("description"),
            "trial_settings": subscriptions.read_trial_settings(data),
        },
        "payment_intent_data": {
            "metadata": intent.metadata(),
            "description": intent.text("description"),
            "setup_future_usage": intent.choice("setup_future_usage", ("off_session", "on_session")),
        },
        "invoice_metadata": params.group("invoice_creation").group("invoice_data").metadata(),
        "updates": [name for name in ("address", "name") if updates.text(name) == "auto"],
    }


def _expire(call: Call) -> Resource:
    session = call.named("checkout.session")
    checkout.expire(call.world, session)
    return session


def _update(call: Call) -> Resource:
    session = call.named("checkout.session")
    call.world.update(session, None, metadata=call.params.metadata(session["metadata"]))
    return session


def _list(call: Call) -> Resource:
    names = ("customer", "subscription", "payment_intent", "status")
    where = {name: call.params.text(name) for name in names if call.params.text(name)}
    return listing.page(call.world.all("checkout.session", **where), call.params, "/v1/checkout/sessions")


def _list_lines(call: Call) -> Resource:
    lines = checkout.line_items(call.world, call.named("checkout.session"))["data"]
    return listing.page(reversed(lines), call.params, call.url)


_PATH = "/v1/checkout/sessions"

ROUTES = (
    Route(
        "POST",
        _PATH,
        _create,
        "mode line_items customer customer_email customer_creation customer_update success_url cancel_url "
        "client_reference_id metadata allow_promotion_codes discounts subscription_data payment_intent_data "
        "invoice_creation tax_id_collection billing_address_collection expires_at locale submit_type "
        "payment_method_collection payment_method_types ui_mode automatic_tax",
    ),
    Route("GET", _PATH, _list, f"customer subscription payment_intent status {listing.PARAMETERS}"),
    Route("GET", f"{_PATH}/{{id}}", lambda call: call.named("checkout.session")),
    Route("POST", f"{_PATH}/{{id}}", _update, "metadata"),
    Route("POST", f"{_PATH}/{{id}}/expire", _expire),
    Route("GET", f"{_PATH}/{{id}}/line_items", _list_lines, listing.PARAMETERS),
)
