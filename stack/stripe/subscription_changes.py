"""Changing a running subscription: other prices with proration, another trial's end, the end of it all."""

from __future__ import annotations

import copy
from dataclasses import dataclass

from stack.stripe import (
    amounts,
    discounts,
    entitlements,
    failures,
    invoice_lines,
    invoicing,
    months,
    prices,
    standing,
    subscribing,
)
from stack.stripe.cards import Decline
from stack.stripe.parameters import Parameters
from stack.stripe.shapes import Resource
from stack.stripe.world import World

PRORATIONS = ("always_invoice", "create_prorations", "none")


@dataclass(frozen=True)
class Changed:
    """An item before and after; None where it was not there, or is no more."""

    before: Resource | None
    after: Resource | None


def read_changes(world: World, subscription: Resource, params: Parameters) -> list[Changed]:
    """What `items` change in a subscription. Raises Refused."""
    items = {each["id"]: each for each in subscription["items"]["data"]}
    period, now = subscribing.period_of(subscription), world.now(subscription["customer"])
    changes = []
    for each in params.groups("items"):
        each.refuse_unknown(("id", "price", "quantity", "deleted", "metadata", "clear_usage", "discounts"))
        identifier, quantity = each.text("id"), each.integer("quantity", at_least=0)
        given = each.text("price")
        price = world.get("price", given, each.full_name("price")) if given else None
        if identifier is None:
            if price is None:
                raise failures.parameter_missing(each.full_name("price"))
            ordered = subscribing.Ordered(price, 1 if quantity is None else quantity, each.metadata())
            changes.append(Changed(None, subscribing.item(world, subscription["id"], ordered, period, now)))
            continue
        before = items.pop(identifier, None)
        if before is None:
            raise failures.no_such("subscription_item", identifier[:80], each.full_name("id"))
        if each.flag("deleted"):
            changes.append(Changed(before, None))
            continue
        after = copy.deepcopy(before) | {"metadata": each.metadata(before["metadata"])}
        if price is not None:
            after |= {"price": copy.deepcopy(price), "plan": prices.plan_of(price)}
        if quantity is not None:
            after["quantity"] = quantity
        changes.append(Changed(before, after))
    kept = [*items.values(), *(each.after for each in changes if each.after is not None)]
    if params.has("items"):
        if not kept:
            raise failures.refused("A subscription must have at least one active plan.")
        subscribing.require_lawful([each["price"] for each in kept])
    return changes


def apply(
    world: World,
    subscription: Resource,
    changes: list[Changed],
    *,
    behavior: str,
    at: int | None = None,
    on_session: bool = True,
) -> Decline | None:
    """Put changed items in place of the old, with prorations as `behavior` says; the decline of an invoice it made.

    `at` is the moment from which the change counts for money, the present unless given.
    """
    now = world.now(subscription["customer"])
    moment = now if at is None else at
    start, end = subscribing.period_of(subscription)
    old_price = subscription["items"]["data"][0]["price"]
    data = _replaced(subscription["items"]["data"], changes)
    new_recurring = data[0]["price"]["recurring"]
    restarts = _rhythm(old_price) != _rhythm(data[0]["price"]) and subscription["status"] != "trialing"
    if behavior != "none" and subscription["status"] in {"active", "past_due"}:
        for each in changes:
            _prorate(world, subscription, each, (moment, start, end), charges=not restarts)
    items = subscription["items"] | {"data": data}
    fields: Resource = {"items": copy.deepcopy(items)}
    if restarts:
        # Another interval begins its first period now, and is paid now.
        ends = months.period_end(now, now, new_recurring["interval"], new_recurring["interval_count"])
        for each in fields["items"]["data"]:
            each["current_period_start"], each["current_period_end"] = now, ends
        fields["billing_cycle_anchor"] = now
        if subscription["cancel_at_period_end"]:
            fields["cancel_at"] = ends
    world.update(subscription, "customer.subscription.updated", **fields)
    entitlements.refresh(world, subscription["customer"])
    if restarts or behavior == "always_invoice":
        return _invoice_now(world, subscription, renews=restarts, on_session=on_session)
    return None


def _rhythm(price: Resource) -> tuple[str, int]:
    return price["recurring"]["interval"], price["recurring"]["interval_count"]


def _replaced(items: list[Resource], changes: list[Changed]) -> list[Resource]:
    by_id = {each.before["id"]: each.after for each in changes if each.before is not None}
    kept = [by_id.get(each["id"], each) for each in items]
    added = [each.after for each in changes if each.before is None]
    return [each for each in [*kept, *added] if each is not None]


def _prorate(
    world: World, subscription: Resource, change: Changed, times: tuple[int, int, int], *, charges: bool
) -> None:
    """Give back the unused part of the old price, and ask for the same part of the new one."""
    moment, start, end = times
    if change.before is not None and change.after is not None:
        same = change.before["price"]["id"] == change.after["price"]["id"]
        if same and change.before["quantity"] == change.after["quantity"]:
            return
    for each, sign, words in ((change.before, -1, "Unused time on"), (change.after, 1, "Remaining time on")):
        if each is None or (sign > 0 and not charges):
            continue
        whole = _after_discounts(world, subscription, each["price"]["unit_amount"] * each["quantity"])
        amount = amounts.prorated(whole, end - moment, end - start)
        name = world.get("product", each["price"]["product"])["name"]
        invoice_lines.pending_item(
            world,
            invoice_lines.Priced(
                amount=sign * amount,
                currency=each["price"]["currency"],
                description=f"{words} {each['quantity']} x {name}",
                period=(moment, end),
                price=each["price"],
                quantity=each["quantity"],
            ),
            customer=subscription["customer"],
            subscription=subscription["id"],
            subscription_item=each["id"],
            proration=True,
        )


def _after_discounts(world: World, subscription: Resource, amount: int) -> int:
    """What a price comes to with the subscription's discounts: prorations are no longer discounted on the invoice."""
    for reduction in discounts.reductions(world, subscription["discounts"]):
        amount -= reduction.of(amount)
    return amount


def _invoice_now(world: World, subscription: Resource, *, renews: bool, on_session: bool) -> Decline | None:
    start, end = subscribing.period_of(subscription)
    lines = []
    if renews:
        lines = [
            invoice_lines.of_subscription_item(world, subscription, each, period=(start, end))
            for each in subscription["items"]["data"]
        ]
    elif not invoice_lines.is_pending(world, subscription):
        return None
    invoice = invoicing.draft(
        world,
        invoicing.Wanted(
            customer=subscription["customer"],
            reason="subscription_update",
            currency=subscription["currency"],
            lines=lines,
            subscription=subscription,
            discount_ids=subscription["discounts"],
        ),
    )
    invoicing.finalize(world, invoice)
    if invoice["status"] == "paid":
        return None
    decline, _ = invoicing.pay(world, invoice, on_session=on_session)
    return decline


def cancel(
    world: World, subscription: Resource, *, prorates: bool, invoices_now: bool, details: Resource | None = None
) -> None:
    """End a subscription at once, giving back what is unused where asked."""
    if prorates and subscription["status"] in {"active", "past_due"}:
        start, end = subscribing.period_of(subscription)
        now = world.now(subscription["customer"])
        for each in subscription["items"]["data"]:
            _prorate(world, subscription, Changed(each, None), (now, start, end), charges=False)
    if details:
        subscription["cancellation_details"] = subscription["cancellation_details"] | details
    standing.end(world, subscription, "canceled", reason="cancellation_requested")
    if invoices_now:
        _invoice_now(world, subscription, renews=False, on_session=False)


def end_trial(world: World, subscription: Resource, *, on_session: bool) -> Decline | None:
    """End a trial now: the first paid period begins, and is invoiced and collected at once."""
    now = world.now(subscription["customer"])
    recurring = subscription["items"]["data"][0]["price"]["recurring"]
    ends = months.period_end(now, now, recurring["interval"], recurring["interval_count"])
    fields = {"status": "active", "trial_end": now, "billing_cycle_anchor": now}
    subscribing.set_period(world, subscription, (now, ends), "customer.subscription.updated", **fields)
    return _invoice_now(world, subscription, renews=True, on_session=on_session)
