"""The hosted customer portal: the plan, the card, the invoices."""

from __future__ import annotations

from html import escape

from starlette.responses import Response

from stack.stripe import customers, failures, html, payment_methods, portals, standing, subscribing, subscriptions
from stack.stripe import subscription_changes as changes
from stack.stripe.cards import BY_NAME, OFFERED
from stack.stripe.parameters import Parameters
from stack.stripe.shapes import Resource
from stack.stripe.world import World

_NOTICES = {
    "plan": "Your plan was changed.",
    "cancel": "Your plan ends with its period.",
    "cancel_now": "Your plan has ended.",
    "resume": "Your plan goes on.",
    "card": "Your card was changed.",
}
_FLOW_OF = {
    "plan": "subscription_update",
    "cancel": "subscription_cancel",
    "cancel_now": "subscription_cancel",
    "card": "payment_method_update",
}
_OFFERED = {card.name for card in OFFERED}


def show(world: World, session: Resource, *, done: str = "", alert: str = "") -> Response:
    """The portal as the customer stands."""
    customer = world.table("customer").get(session["customer"])
    if customer is None:
        return html.page("This customer is gone", status=410)
    features = portals.configuration_of(world, session)["features"]
    parts = [_subscriptions(world, session, customer, features)]
    if features["payment_method_update"]["enabled"]:
        parts.append(_card(world, session, customer))
    if features["invoice_history"]["enabled"]:
        parts.append(_invoices(world, customer))
    if session["return_url"]:
        parts.append(f'<p><a href="{escape(session["return_url"])}">Back to StripSession</a></p>')
    return html.page(
        "Your plan and payments", *parts, alert=alert, notice=_NOTICES.get(done, ""), status=402 if alert else 200
    )


def act(world: World, session: Resource, params: Parameters) -> Response:
    """What a posted form asks for; then back to the portal, or to where its flow leads."""
    action = params.text("action") or ""
    try:
        _do(world, session, params, action)
    except failures.Refused as error:
        return show(world, session, alert=str(error))
    flow = session["flow"]
    if flow is not None and str(flow["type"]).startswith(_FLOW_OF.get(action, "-")):
        after = flow["after_completion"]
        if after["type"] == "redirect" and after["redirect"]:
            return html.away(after["redirect"]["return_url"])
    return html.away(f"/portal/{session['id']}?done={action}")


def _do(world: World, session: Resource, params: Parameters, action: str) -> None:
    customer = world.get("customer", session["customer"])
    features = portals.configuration_of(world, session)["features"]
    if action == "card":
        _require(features["payment_method_update"]["enabled"])
        name = params.text("card") or ""
        if name not in _OFFERED:
            raise failures.parameter_missing("card")
        billing = {"email": customer["email"], "name": customer["name"], "address": customer["address"]}
        method = payment_methods.make(world, BY_NAME[name], billing, customer["id"])
        customers.set_default_card(world, customer, method)
        return
    subscription = world.get("subscription", params.required("subscription"), "subscription")
    if subscription["customer"] != customer["id"]:
        raise failures.no_such("subscription", subscription["id"])
    if action == "plan":
        _require(features["subscription_update"]["enabled"])
        _change_plan(world, subscription, params.required("price"), features["subscription_update"])
    elif action == "cancel":
        _require(features["subscription_cancel"]["enabled"])
        subscriptions.set_cancel_at_period_end(world, subscription, wanted=True)
    elif action == "cancel_now":
        _require(
            features["subscription_cancel"]["enabled"] and features["subscription_cancel"]["mode"] == "immediately"
        )
        behavior = features["subscription_cancel"]["proration_behavior"]
        changes.cancel(world, subscription, prorates=behavior != "none", invoices_now=behavior == "always_invoice")
    elif action == "resume":
        subscriptions.set_cancel_at_period_end(world, subscription, wanted=False)
    else:
        raise failures.parameter_invalid("action", "There is no such action.")


def _require(allowed: bool) -> None:  # one answer to one question
    if not allowed:
        raise failures.refused("This is not offered here.")


def _offered_prices(world: World, feature: Resource) -> list[Resource]:
    listed = feature["products"]
    names = {price for each in listed for price in each["prices"]} if listed else None
    return [
        each
        for each in world.all("price", active=True)
        if each["recurring"] is not None and (names is None or each["id"] in names)
    ]


def _change_plan(world: World, subscription: Resource, price: str, feature: Resource) -> None:
    if price not in {each["id"] for each in _offered_prices(world, feature)}:
        raise failures.no_such("price", price[:80], "price")
    if subscription["status"] not in {"active", "past_due", "trialing"}:
        raise failures.refused("This plan cannot be changed any more.")
    first = subscription["items"]["data"][0]
    given = Parameters({"items": {"0": {"id": first["id"], "price": price}}})
    decline = changes.apply(
        world,
        subscription,
        changes.read_changes(world, subscription, given),
        behavior=feature["proration_behavior"],
    )
    if decline is not None:
        raise failures.refused(f"Your plan was changed, but the payment was declined. {decline.message}")


def _subscriptions(world: World, session: Resource, customer: Resource, features: Resource) -> str:
    parts = [
        _subscription(world, session, subscription, features)
        for subscription in world.all("subscription", customer=customer["id"])
        if subscription["status"] not in standing.ENDED
    ]
    return "".join(parts) or "<p>You have no plan at present.</p>"


def _subscription(world: World, session: Resource, subscription: Resource, features: Resource) -> str:
    price = subscription["items"]["data"][0]["price"]
    name = world.get("product", price["product"])["name"]
    ends = html.date(subscribing.period_of(subscription)[1])
    if subscription["cancel_at"] is not None:
        state = f"Ends on {html.date(subscription['cancel_at'])}."
    elif subscription["status"] == "trialing":
        state = f"Free trial until {ends}."
    elif subscription["status"] == "active":
        state = f"Renews on {ends}."
    else:
        state = "The last payment failed: choose another card below, then pay the open invoice."
    address = f"/portal/{session['id']}"
    hidden = f'<input type="hidden" name="subscription" value="{escape(subscription["id"])}">'
    every = f"{html.money(price['unit_amount'], price['currency'])} every {price['recurring']['interval']}"
    parts = [f"<h2>{escape(name)}</h2><p>{every}. {state}</p>"]
    if features["subscription_update"]["enabled"]:
        options = [
            (each["id"], _price_words(world, each)) for each in _offered_prices(world, features["subscription_update"])
        ]
        chooser = html.choices("price", "Plan", options, _asked_for(session) or price["id"])
        parts.append(html.form(address, hidden, chooser, html.button("Change plan", "plan")))
    if subscription["cancel_at_period_end"]:
        parts.append(html.form(address, hidden, html.button("Keep my plan", "resume")))
    elif features["subscription_cancel"]["enabled"]:
        now = features["subscription_cancel"]["mode"] == "immediately"
        words, action = ("Cancel now", "cancel_now") if now else ("Cancel at the period's end", "cancel")
        parts.append(html.form(address, hidden, html.button(words, action, quiet=True)))
    return f"<section>{''.join(parts)}</section>"


def _asked_for(session: Resource) -> str:
    """The price that the portal was opened to confirm; empty where it was opened for anything else."""
    confirm = (session["flow"] or {}).get("subscription_update_confirm")
    return str(confirm["items"][0]["price"] or "") if confirm and confirm["items"] else ""


def _price_words(world: World, price: Resource) -> str:
    name = world.get("product", price["product"])["name"]
    amount = f"{price['unit_amount'] // 100}.{price['unit_amount'] % 100:02d} {price['currency'].upper()}"
    return f"{name}: {amount} every {price['recurring']['interval']}"


def _card(world: World, session: Resource, customer: Resource) -> str:
    living = [
        each for each in world.all("subscription", customer=customer["id"]) if each["status"] not in standing.ENDED
    ]
    method = payment_methods.default_of(world, customer["id"], living[0] if living else None)
    present = "<p>No card yet.</p>"
    if method is not None:
        card = method["card"]
        until = f"{card['exp_month']}/{card['exp_year']}"
        present = f"<p>{escape(card['brand'].title())} ending {card['last4']}, until {until}.</p>"
    chooser = html.form(f"/portal/{session['id']}", html.card_choices(), html.button("Change card", "card"))
    return f"<section><h2>Card</h2>{present}{chooser}</section>"


def _invoices(world: World, customer: Resource) -> str:
    rows = []
    for each in reversed(list(world.all("invoice", customer=customer["id"]))):
        if each["status"] == "draft":
            continue
        link = f'<a href="{escape(each["hosted_invoice_url"])}">{escape(each["number"])}</a>'
        rows.append(
            [link, html.date(each["created"]), escape(each["status"]), html.money(each["total"], each["currency"])]
        )
    if not rows:
        return "<section><h2>Invoices</h2><p>None yet.</p></section>"
    heads = ["Number", "Date", "Status", "Total"]
    return f"<section><h2>Invoices</h2>{html.table(heads, rows, 'Your invoices')}</section>"
