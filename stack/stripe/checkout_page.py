"""The hosted checkout: what is bought, a code, a test card, and back to the shop."""

from __future__ import annotations

from html import escape

from starlette.responses import Response

from stack.stripe import checkout, failures, html, tax_ids
from stack.stripe.cards import BY_NAME, OFFERED
from stack.stripe.parameters import Parameters
from stack.stripe.shapes import Resource
from stack.stripe.world import World

_OFFERED = {card.name for card in OFFERED}


def show(world: World, session: Resource, *, alert: str = "", notice: str = "", card: str = "success") -> Response:
    """The page as the session stands."""
    if session["status"] == "complete":
        link = f'<p><a href="{escape(_success(session))}">Back to StripSession</a></p>'
        return html.page("This is paid", link, notice="Thank you. You can close this page.")
    if session["status"] != "open":
        back = (
            f'<p><a href="{escape(session["cancel_url"])}">Back to StripSession</a></p>'
            if session["cancel_url"]
            else ""
        )
        return html.page("This page has expired", "<p>Begin the checkout again.</p>", back, status=410)
    address = f"/pay/{session['id']}"
    parts = [_order(world, session)]
    if session["allow_promotion_codes"]:
        parts.append(_code(session, address))
    parts.append(_payment(world, session, address, card))
    if session["cancel_url"]:
        parts.append(f'<p><a href="{escape(session["cancel_url"])}">Back without paying</a></p>')
    title = "Subscribe" if session["mode"] == "subscription" else "Pay"
    return html.page(title, *parts, alert=alert, notice=notice, status=402 if alert else 200)


def act(world: World, session: Resource, params: Parameters) -> Response:
    """What a posted form asks for: a code applied or taken off, or the payment."""
    if session["status"] != "open":
        return show(world, session)
    action = params.text("action") or "pay"
    if action == "apply":
        if checkout.apply_code(world, session, params.text("promotion_code") or ""):
            return show(world, session, notice="The order was changed.")
        return show(world, session, alert="This promotion code cannot be used.")
    if action == "remove":
        checkout.apply_code(world, session, "")
        return show(world, session, notice="The promotion code was taken off.")
    name = params.text("card") or ""
    try:
        decline = checkout.complete(world, session, _filled(world, session, params))
    except failures.Refused as error:
        return show(world, session, alert=str(error), card=name)
    if decline is not None:
        return show(world, session, alert=decline.message, card=name)
    return html.away(_success(session))


def _success(session: Resource) -> str:
    return str(session["success_url"]).replace("{CHECKOUT_SESSION_ID}", session["id"])


def _filled(world: World, session: Resource, params: Parameters) -> checkout.Filled:
    name = params.text("card")
    email = params.text("email")
    known = session["customer"] or session["customer_email"]
    if not known and (email is None or "@" not in email):
        raise failures.parameter_invalid("email", "Enter an e-mail address.")
    country = params.text("country")
    address = None
    if country or params.text("line1"):
        parts = ("line1", "line2", "city", "state", "postal_code")
        address = {part: params.text(part) for part in parts} | {"country": country}
    if session["billing_address_collection"] == "required" and (address is None or not address["line1"] or not country):
        raise failures.parameter_invalid("line1", "Enter your billing address.")
    kind, value = params.text("tax_id_type"), params.text("tax_id")
    return checkout.Filled(
        card=BY_NAME[name] if name in _OFFERED else None,
        email=email or _email(world, session),
        name=params.text("name"),
        address=address,
        tax_id=(kind or "eu_vat", value) if value and session["tax_id_collection"]["enabled"] else None,
    )


def _email(world: World, session: Resource) -> str | None:
    owner = world.table("customer").get(session["customer"] or "")
    email = owner["email"] if owner is not None else session["customer_email"]
    return str(email) if email else None


def _order(world: World, session: Resource) -> str:
    currency, rows = session["currency"], []
    for each in checkout.line_items(world, session)["data"]:
        recurring = each["price"]["recurring"]
        every = f" every {recurring['interval']}" if recurring else ""
        rows.append(
            [
                escape(f"{each['quantity']} x {each['description']}{every}"),
                html.money(each["amount_subtotal"], currency),
            ]
        )
    days = checkout.trial_days(world, session)
    discount = session["total_details"]["amount_discount"]
    if discount:
        rows.append(["Discount", html.money(-discount, currency)])
    rows.append(["<strong>To pay today</strong>", f"<strong>{html.money(session['amount_total'], currency)}</strong>"])
    trial = f"<p>Free for {days} days; then the price above.</p>" if days else ""
    return html.table(["What", "Amount"], rows, "Your order") + trial


def _code(session: Resource, address: str) -> str:
    if session["discounts"]:
        return html.form(address, html.button("Take the promotion code off", "remove", quiet=True))
    return html.form(
        address,
        html.field("promotion_code", "Promotion code", required=True, auto="off"),
        html.button("Apply", "apply", quiet=True),
    )


def _payment(world: World, session: Resource, address: str, card: str) -> str:
    parts = []
    owner = world.table("customer").get(session["customer"] or "")
    if owner is None:
        parts.append(
            html.field("email", "E-mail", session["customer_email"], kind="email", required=True, auto="email")
        )
    else:
        parts.append(f"<p>{escape(owner['email'] or '')}</p>")
    parts.append(html.field("name", "Name", owner["name"] if owner else "", auto="name"))
    required = session["billing_address_collection"] == "required"
    address_now = (owner["address"] if owner else None) or {}
    if required:
        for name, words in (("line1", "Address"), ("city", "City"), ("postal_code", "Postal code")):
            parts.append(html.field(name, words, address_now.get(name), required=name == "line1"))
    parts.append(
        html.field("country", "Country (two letters)", address_now.get("country"), required=required, auto="country")
    )
    if session["tax_id_collection"]["enabled"]:
        options = "".join(f'<option value="{kind}">{kind}</option>' for kind in tax_ids.FORMS)
        parts.append(
            '<label for="tax_id_type">Kind of tax id</label>'
            f'<select id="tax_id_type" name="tax_id_type">{options}</select>'
        )
        parts.append(html.field("tax_id", "Tax id (for businesses)"))
    parts.append(html.card_choices(card if card in _OFFERED else "success"))
    words = "Start trial" if checkout.trial_days(world, session) else "Subscribe"
    parts.append(html.button(words if session["mode"] == "subscription" else "Pay", "pay"))
    return html.form(address, *parts)
