"""What a checkout session becomes: its sums, a code applied, a payment made, or nothing in time."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field

from stack.stripe import (
    amounts,
    charging,
    coupons,
    customers,
    discounts,
    failures,
    invoice_lines,
    invoicing,
    payment_methods,
    promotion_codes,
    subscribing,
    tax_ids,
)
from stack.stripe.cards import Card, Decline
from stack.stripe.clock import DAY_S
from stack.stripe.shapes import Resource, blank
from stack.stripe.world import World


@dataclass(frozen=True)
class Filled:
    """What a person filled in on the page. `card` may be left out where nothing is to be paid now."""

    card: Card | None
    email: str | None = None
    name: str | None = None
    address: Resource | None = None
    tax_id: tuple[str, str] | None = field(default=None)
    """Its type and value."""


def ordered(world: World, session: Resource) -> list[subscribing.Ordered]:
    """What a session sells."""
    lines = world.note(session["id"])["lines"]
    return [subscribing.Ordered(world.get("price", each["price"]), each["quantity"]) for each in lines]


def chosen_discounts(world: World, session: Resource) -> list[discounts.Chosen]:
    """The coupons that a session takes off."""
    chosen: list[discounts.Chosen] = []
    for each in session["discounts"] or []:
        code = each["promotion_code"]
        promotion_code = world.get("promotion_code", code) if code else None
        name = promotion_code["promotion"]["coupon"] if promotion_code is not None else each["coupon"]
        chosen.append((world.get("coupon", name), promotion_code))
    return chosen


def trial_days(world: World, session: Resource) -> int:
    """The days of the trial that a session begins; 0 for none."""
    return int(world.note(session["id"]).get("subscription_data", {}).get("trial_days") or 0)


def add_up(world: World, session: Resource) -> None:
    """Set a session's sums: what is to be paid today."""
    lines = _due_today(world, session)
    found = amounts.sums(
        [(each.price["unit_amount"] * each.quantity, True) for each in lines],
        [coupons.reduction_of(coupon) for coupon, _ in chosen_discounts(world, session)],
        0,
    )
    details = {"amount_discount": found.subtotal - found.total, "amount_shipping": 0, "amount_tax": 0}
    session.update(amount_subtotal=found.subtotal, amount_total=found.total, total_details=details)
    world.changes += 1


def _due_today(world: World, session: Resource) -> list[subscribing.Ordered]:
    everything = ordered(world, session)
    if not trial_days(world, session):
        return everything
    return [each for each in everything if each.price["recurring"] is None]


def line_items(world: World, session: Resource) -> Resource:
    """A session's lines as a list."""
    data = []
    reductions = [coupons.reduction_of(coupon) for coupon, _ in chosen_discounts(world, session)]
    lines = ordered(world, session)
    sums = [each.price["unit_amount"] * each.quantity for each in lines]
    found = amounts.sums([(each, True) for each in sums], reductions, 0)
    for place, each in enumerate(lines):
        off = sum(taken[place] for taken in found.discounts)
        product = world.get("product", each.price["product"])
        data.append(
            blank("item", world.note(session["id"])["lines"][place]["id"])
            | {
                "amount_discount": off,
                "amount_subtotal": sums[place],
                "amount_tax": 0,
                "amount_total": sums[place] - off,
                "currency": each.price["currency"],
                "description": product["name"],
                "price": dict(each.price),
                "quantity": each.quantity,
            }
        )
    url = f"/v1/checkout/sessions/{session['id']}/line_items"
    return {"object": "list", "data": data, "has_more": False, "url": url}


def apply_code(world: World, session: Resource, code: str) -> bool:
    """Apply the promotion code that a person typed; False where it cannot be used. An empty one takes it off."""
    if not session["allow_promotion_codes"] or session["status"] != "open":
        return False
    if not code.strip():
        session["discounts"] = []
        add_up(world, session)
        return True
    found = promotion_codes.usable(world, code, session["customer"], session["amount_subtotal"])
    if found is None:
        return False
    session["discounts"] = [{"coupon": found["promotion"]["coupon"], "promotion_code": found["id"]}]
    add_up(world, session)
    return True


def expire(world: World, session: Resource) -> None:
    """Close an open session: nothing can be paid by it any more. Raises Refused."""
    if session["status"] != "open":
        message = f'Only Checkout Sessions with a status in ["open"] can be expired. This one is {session["status"]}.'
        raise failures.refused(message)
    world.update(session, None, status="expired", url=None)
    world.emit("checkout.session.expired", session)


def complete(world: World, session: Resource, filled: Filled) -> Decline | None:
    """Pay a session; the decline where the bank refuses, and then it stays open. Raises Refused."""
    if session["status"] != "open":
        raise failures.refused("This Checkout Session is no longer open.")
    if filled.tax_id is not None:
        tax_ids.require_form(*filled.tax_id)
    needs_card = session["amount_total"] > 0 or (
        session["mode"] == "subscription" and session["payment_method_collection"] != "if_required"
    )
    if needs_card and filled.card is None:
        raise failures.parameter_missing("card")
    decline = _refused_at_sight(session, filled.card) if filled.card is not None else None
    if decline is not None:
        return decline
    customer = _customer(world, session, filled)
    if session["mode"] == "subscription":
        _subscribe(world, session, filled, customer or "")
    else:
        _pay_once(world, session, filled, customer)
    world.update(
        session,
        None,
        status="complete",
        url=None,
        payment_status="paid" if session["amount_total"] > 0 else "no_payment_required",
        customer=customer,
        customer_details=_details(world, session, filled, customer),
    )
    world.emit("checkout.session.completed", session)
    return None


def _refused_at_sight(session: Resource, card: Card) -> Decline | None:
    """The bank's no, known before anything is made: to a payment now, or to keeping the card for later."""
    if session["amount_total"] > 0 or card.refused_when_attached:
        return charging.answer_of(card, on_session=True)
    return None


def _customer(world: World, session: Resource, filled: Filled) -> str | None:
    """The session's customer, made now where it makes one."""
    identifier = session["customer"]
    if identifier is None and session["mode"] == "payment" and session["customer_creation"] != "always":
        return None
    if identifier is None:
        made = customers.make(
            world, email=filled.email or session["customer_email"], name=filled.name, address=filled.address
        )
        world.emit("customer.created", made)
        identifier = made["id"]
    elif world.note(session["id"])["updates"]:
        wanted = {"address": filled.address, "name": filled.name}
        kept = {name: wanted[name] for name in world.note(session["id"])["updates"] if wanted.get(name)}
        world.update(world.get("customer", identifier), "customer.updated", **kept)
    if filled.tax_id is not None:
        tax_ids.make(world, identifier, *filled.tax_id)
    return str(identifier)


def _billing(session: Resource, filled: Filled) -> Resource:
    email = filled.email or session["customer_email"]
    return {"email": email, "name": filled.name, "address": filled.address}


def _subscribe(world: World, session: Resource, filled: Filled, customer: str) -> None:
    method = payment_methods.make(world, filled.card, _billing(session, filled), customer) if filled.card else None
    everything, data = ordered(world, session), world.note(session["id"])["subscription_data"]
    days = trial_days(world, session)
    subscription = subscribing.make(
        world,
        customer=customer,
        ordered=[each for each in everything if each.price["recurring"] is not None],
        one_time=[each for each in everything if each.price["recurring"] is None],
        trial_end=world.now(customer) + days * DAY_S if days else None,
        chosen=chosen_discounts(world, session),
        payment_method=method["id"] if method else None,
        metadata=dict(data["metadata"]),
        description=data["description"],
        trial_settings=data["trial_settings"],
    )
    session.update(subscription=subscription["id"], invoice=subscription["latest_invoice"])
    invoice = world.get("invoice", subscription["latest_invoice"])
    if invoice["status"] == "open":
        invoicing.pay(world, invoice, on_session=True, method=method)


def _pay_once(world: World, session: Resource, filled: Filled, customer: str | None) -> None:
    data = world.note(session["id"])["payment_intent_data"]
    keeps = data["setup_future_usage"] is not None
    method = None
    if filled.card is not None:
        method = payment_methods.make(world, filled.card, _billing(session, filled), customer if keeps else None)
    if session["invoice_creation"] is not None and session["invoice_creation"]["enabled"] and customer is not None:
        _invoice_once(world, session, customer, method)
        return
    if session["amount_total"] == 0 or method is None:
        return
    payment = charging.intent(
        world,
        amount=session["amount_total"],
        currency=session["currency"],
        customer=customer,
        description=data["description"],
        metadata=data["metadata"],
        receipt_email=filled.email,
        setup_future_usage=data["setup_future_usage"],
    )
    session["payment_intent"] = payment["id"]
    for chosen in chosen_discounts(world, session):
        _count(world, chosen)
    charging.attempt(world, payment, method, on_session=True)


def _count(world: World, chosen: discounts.Chosen) -> None:
    coupon, promotion_code = chosen
    coupons.redeem(world, coupon)
    if promotion_code is not None:
        promotion_codes.redeem(world, promotion_code)


def _invoice_once(world: World, session: Resource, customer: str, method: Resource | None) -> None:
    lines = _lines_once(world, ordered(world, session), customer)
    chosen = chosen_discounts(world, session)
    invoice = invoicing.draft(
        world,
        invoicing.Wanted(
            customer=customer,
            reason="manual",
            currency=session["currency"],
            lines=lines,
            discount_ids=[
                discounts.make(world, each, customer=customer, checkout_session=session["id"])["id"] for each in chosen
            ],
            auto_advance=False,
            takes_pending=False,
            metadata=world.note(session["id"])["invoice_metadata"],
        ),
    )
    invoicing.finalize(world, invoice)
    if invoice["status"] == "open":
        _, payment = invoicing.pay(world, invoice, on_session=True, method=method)
        if payment is not None:
            payment["metadata"] = dict(world.note(session["id"])["payment_intent_data"]["metadata"])
            session["payment_intent"] = payment["id"]
    session["invoice"] = invoice["id"]


def _lines_once(world: World, sold: Sequence[subscribing.Ordered], customer: str) -> list[Resource]:
    now = world.now(customer)
    made = []
    for each in sold:
        product = world.get("product", each.price["product"])
        parent = {
            "type": "invoice_item_details",
            "subscription_item_details": None,
            "invoice_item_details": {
                "invoice_item": world.new_id("invoiceitem"),
                "proration": False,
                "proration_details": {"credited_items": None},
                "subscription": None,
            },
        }
        made.append(
            invoice_lines.line(
                world,
                invoice_lines.Priced(
                    amount=each.price["unit_amount"] * each.quantity,
                    currency=each.price["currency"],
                    description=product["name"],
                    price=each.price,
                    quantity=each.quantity,
                ),
                parent=parent,
                period=(now, now),
            )
        )
    return made


def _details(world: World, session: Resource, filled: Filled, customer: str | None) -> Resource:
    owner = world.table("customer").get(customer or "") or {}
    return {
        "address": filled.address or owner.get("address"),
        "business_name": None,
        "email": filled.email or session["customer_email"] or owner.get("email"),
        "individual_name": None,
        "name": filled.name or owner.get("name"),
        "phone": None,
        "tax_exempt": owner.get("tax_exempt", "none"),
        "tax_ids": tax_ids.told_on_invoices(world, customer) if customer else [],
    }
