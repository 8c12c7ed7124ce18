"""Making a subscription: its items, its trial, and its first invoice."""

from __future__ import annotations

import copy
from collections.abc import Sequence
from dataclasses import dataclass, field

from stack.stripe import discounts, entitlements, failures, invoice_lines, invoicing, months, prices
from stack.stripe.parameters import Parameters
from stack.stripe.shapes import Resource, blank, empty_list
from stack.stripe.world import World


@dataclass(frozen=True)
class Ordered:
    """A price and how many of it."""

    price: Resource
    quantity: int = 1
    metadata: Resource = field(default_factory=dict)


def read_items(world: World, params: Parameters) -> list[Ordered]:
    """What `items` order. Raises Refused."""
    ordered = []
    for each in params.groups("items"):
        each.refuse_unknown(("price", "quantity", "metadata", "discounts", "tax_rates"))
        price = world.get("price", each.required("price"), each.full_name("price"))
        quantity = each.integer("quantity", at_least=0)
        ordered.append(Ordered(price, 1 if quantity is None else quantity, each.metadata()))
    if not ordered:
        raise failures.parameter_missing("items")
    require_lawful([each.price for each in ordered])
    return ordered


def require_lawful(ordered: Sequence[Resource]) -> None:
    """Refuse prices that cannot be in one subscription."""
    for price in ordered:
        if price["recurring"] is None:
            message = (
                f"The price specified is set to `type=one_time` but this field only accepts prices with "
                f"`type=recurring`: {price['id']}."
            )
            raise failures.parameter_invalid("items[0][price]", message)
        if not price["active"]:
            message = "The price specified is inactive. This field only accepts active prices."
            raise failures.parameter_invalid("items[0][price]", message)
    if len({(price["recurring"]["interval"], price["recurring"]["interval_count"]) for price in ordered}) > 1:
        raise failures.not_supported("prices of different intervals in one subscription")
    if len({price["currency"] for price in ordered}) > 1:
        raise failures.refused("All prices on a subscription must be expected to bill in the same currency.")
    if len({price["id"] for price in ordered}) < len(ordered):
        raise failures.refused("Cannot add multiple subscription items with the same plan.")


def item(world: World, subscription: str, ordered: Ordered, period: tuple[int, int], created: int) -> Resource:
    """A subscription's item; it lives inside its subscription, and by itself."""
    made = blank("subscription_item", world.new_id("subscription_item"))
    return made | {
        "created": created,
        "current_period_start": period[0],
        "current_period_end": period[1],
        "discounts": [],
        "metadata": dict(ordered.metadata),
        "price": copy.deepcopy(ordered.price),
        "plan": prices.plan_of(ordered.price),
        "quantity": ordered.quantity,
        "subscription": subscription,
        "tax_rates": [],
    }


def make(
    world: World,
    *,
    customer: str,
    ordered: Sequence[Ordered],
    trial_end: int | None = None,
    chosen: Sequence[discounts.Chosen] = (),
    payment_method: str | None = None,
    one_time: Sequence[Ordered] = (),
    trial_settings: Resource | None = None,
    **fields: object,
) -> Resource:
    """Make a subscription with its first invoice, finalised and not yet paid.

    Whoever calls collects the invoice and says by `standing` what became of it. Raises Refused.
    """
    rest: Resource = dict(fields)
    now = world.now(customer)
    recurring = ordered[0].price["recurring"]
    trial = trial_end is not None and trial_end > now
    anchor = trial_end if trial and trial_end is not None else now
    ends = anchor if trial else months.period_end(now, now, recurring["interval"], recurring["interval_count"])
    owner = world.get("customer", customer)
    subscription = world.new(
        "subscription",
        customer=customer,
        automatic_tax={"enabled": False, "liability": None, "disabled_reason": None},
        billing_cycle_anchor=anchor,
        billing_mode={"type": "flexible", "flexible": {"proration_discounts": "included"}},
        billing_schedules=[],
        cancel_at_period_end=False,
        cancellation_details=dict.fromkeys(("comment", "feedback", "reason")),
        collection_method="charge_automatically",
        currency=ordered[0].price["currency"],
        default_payment_method=payment_method,
        default_tax_rates=[],
        discounts=[],
        invoice_settings={
            "account_tax_ids": None, "custom_fields": None, "description": None, "footer": None,
            "issuer": {"type": "self"},
        },
        payment_settings={
            "payment_method_options": None, "payment_method_types": None, "save_default_payment_method": "off",
        },
        start_date=now,
        status="trialing" if trial else "incomplete",
        test_clock=owner["test_clock"],
        trial_start=now if trial else None,
        trial_end=trial_end if trial else None,
        trial_settings=trial_settings or {"end_behavior": {"missing_payment_method": "create_invoice"}},
        **rest,
    )  # fmt: skip
    listed = empty_list(f"/v1/subscription_items?subscription={subscription['id']}")
    made = [item(world, subscription["id"], each, (now, ends), now) for each in ordered]
    subscription["items"] = listed | {"data": made}
    subscription["discounts"] = [
        discounts.make(world, each, customer=customer, subscription=subscription["id"])["id"] for each in chosen
    ]
    if owner["currency"] is None:
        owner["currency"] = subscription["currency"]
    world.emit("customer.subscription.created", subscription)
    first_invoice(world, subscription, one_time=one_time)
    entitlements.refresh(world, customer)
    return subscription


def first_invoice(world: World, subscription: Resource, *, one_time: Sequence[Ordered] = ()) -> Resource:
    """The invoice of a new subscription, finalised; with a trial it asks for the one-time items alone."""
    start, end = period_of(subscription)
    is_trial = subscription["status"] == "trialing"
    lines = [
        invoice_lines.of_subscription_item(world, subscription, each, period=(start, end), is_trial=is_trial)
        for each in subscription["items"]["data"]
    ]
    for each in one_time:
        invoice_lines.pending_item(
            world,
            invoice_lines.Priced(
                amount=each.price["unit_amount"] * each.quantity,
                currency=each.price["currency"],
                description=world.get("product", each.price["product"])["name"],
                price=each.price,
                quantity=each.quantity,
            ),
            customer=subscription["customer"],
            subscription=subscription["id"],
        )
    invoice = invoicing.draft(
        world,
        invoicing.Wanted(
            customer=subscription["customer"],
            reason="subscription_create",
            currency=subscription["currency"],
            lines=lines,
            period=(start, start),
            subscription=subscription,
            discount_ids=subscription["discounts"],
        ),
    )
    invoicing.finalize(world, invoice)
    return invoice


def period_of(subscription: Resource) -> tuple[int, int]:
    """The present period of a subscription, which its items share."""
    first = subscription["items"]["data"][0]
    return first["current_period_start"], first["current_period_end"]


def set_period(
    world: World, subscription: Resource, period: tuple[int, int], event: str | None, **fields: object
) -> None:
    """Move a subscription and all its items to a period, with other fields at the same time."""
    items = copy.deepcopy(subscription["items"])
    for each in items["data"]:
        each["current_period_start"], each["current_period_end"] = period
    if subscription["cancel_at_period_end"]:
        fields["cancel_at"] = period[1]
    world.update(subscription, event, items=items, **fields)
