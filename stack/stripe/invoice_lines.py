"""The lines of an invoice, and pending items that the next one takes up."""

from __future__ import annotations

import copy
from dataclasses import dataclass

from stack.stripe.shapes import Resource, blank
from stack.stripe.world import World


def pricing_of(price: Resource) -> Resource:
    """How a line was priced."""
    return {
        "type": "price_details",
        "price_details": {"price": price["id"], "product": price["product"]},
        "unit_amount_decimal": price["unit_amount_decimal"],
    }


@dataclass(frozen=True)
class Priced:
    """What a line or a pending item asks for."""

    amount: int
    currency: str
    description: str | None
    period: tuple[int, int] | None = None
    """The time it is for; the present where nothing is said."""
    price: Resource | None = None
    quantity: int = 1
    metadata: Resource | None = None


def line(
    world: World, what: Priced, *, parent: Resource, period: tuple[int, int], discountable: bool = True
) -> Resource:
    """A line; it lives inside its invoice only."""
    made = blank("line_item", world.new_id("line_item"))
    return made | {
        "amount": what.amount,
        "subtotal": what.amount,
        "currency": what.currency,
        "description": what.description,
        "discount_amounts": [],
        "discountable": discountable,
        "discounts": [],
        "metadata": dict(what.metadata or {}),
        "parent": parent,
        "period": {"start": period[0], "end": period[1]},
        "pretax_credit_amounts": [],
        "pricing": pricing_of(what.price) if what.price is not None else None,
        "quantity": what.quantity,
        "quantity_decimal": str(what.quantity),
        "taxes": [],
    }


def of_subscription_item(
    world: World, subscription: Resource, item: Resource, *, period: tuple[int, int], is_trial: bool = False
) -> Resource:
    """The line of one period of a subscription's item; nothing to pay in a trial."""
    price, quantity = item["price"], item["quantity"]
    product = world.table("product").get(price["product"])
    name = product["name"] if product is not None else price["product"]
    recurring = price["recurring"]
    every = (
        recurring["interval"]
        if recurring["interval_count"] == 1
        else f"{recurring['interval_count']} {recurring['interval']}s"
    )
    each = f"{price['unit_amount'] / 100:.2f} {price['currency'].upper()}"
    described = f"Trial period for {name}" if is_trial else f"{quantity} x {name} (at {each} / {every})"
    parent = {
        "type": "subscription_item_details",
        "invoice_item_details": None,
        "subscription_item_details": {
            "invoice_item": None,
            "proration": False,
            "proration_details": {"credited_items": None},
            "subscription": subscription["id"],
            "subscription_item": item["id"],
        },
    }
    what = Priced(
        amount=0 if is_trial else price["unit_amount"] * quantity,
        currency=price["currency"],
        description=described,
        price=price,
        quantity=quantity,
        metadata=subscription["metadata"],
    )
    made = line(world, what, parent=parent, period=period)
    return made | {"subscription": subscription["id"]}


def of_pending_item(world: World, pending: Resource) -> Resource:
    """The line of a pending invoice item."""
    details = (pending["parent"] or {}).get("subscription_details")
    item = world.note(pending["id"]).get("subscription_item")
    if pending["proration"] and details is not None:
        parent: Resource = {
            "type": "subscription_item_details",
            "invoice_item_details": None,
            "subscription_item_details": {
                "invoice_item": pending["id"],
                "proration": True,
                "proration_details": {"credited_items": None},
                "subscription": details["subscription"],
                "subscription_item": item,
            },
        }
    else:
        parent = {
            "type": "invoice_item_details",
            "subscription_item_details": None,
            "invoice_item_details": {
                "invoice_item": pending["id"],
                "proration": pending["proration"],
                "proration_details": {"credited_items": None},
                "subscription": details["subscription"] if details is not None else None,
            },
        }
    what = Priced(
        amount=pending["amount"],
        currency=pending["currency"],
        description=pending["description"] or "",
        quantity=pending["quantity"],
        metadata=pending["metadata"],
    )
    period = (pending["period"]["start"], pending["period"]["end"])
    made = line(world, what, parent=parent, period=period, discountable=pending["discountable"])
    made["pricing"] = copy.deepcopy(pending["pricing"])
    return made | {"subscription": details["subscription"] if details is not None else None}


def pending_item(
    world: World,
    what: Priced,
    *,
    customer: str,
    subscription: str | None = None,
    subscription_item: str | None = None,
    proration: bool = False,
) -> Resource:
    """Something that the customer's next invoice will take up."""
    now = world.now(customer)
    start, end = what.period or (now, now)
    parent = None
    if subscription is not None:
        details = {"subscription": subscription, "subscription_item": subscription_item}
        parent = {"type": "subscription_details", "subscription_details": details}
    made = world.new(
        "invoiceitem",
        customer=customer,
        amount=what.amount,
        net_amount=what.amount,
        currency=what.currency,
        date=now,
        description=what.description,
        discountable=not proration,
        discounts=[],
        metadata=dict(what.metadata or {}),
        parent=parent,
        period={"start": start, "end": end},
        pricing=pricing_of(what.price) if what.price is not None else None,
        proration=proration,
        quantity=what.quantity,
        quantity_decimal=str(what.quantity),
        tax_rates=[],
    )
    world.note(made["id"])["subscription_item"] = subscription_item
    world.emit("invoiceitem.created", made)
    return made


def is_pending(world: World, subscription: Resource) -> bool:
    """Whether something waits for the subscription's next invoice."""
    for each in world.all("invoiceitem", customer=subscription["customer"], invoice=None):
        details = (each["parent"] or {}).get("subscription_details")
        if details is None or details["subscription"] == subscription["id"]:
            return True
    return False
