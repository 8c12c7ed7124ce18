"""How a subscription stands: what a paid or failed invoice makes of it, and how it ends."""

from __future__ import annotations

from stack.stripe import entitlements
from stack.stripe.shapes import Resource
from stack.stripe.world import World

ENDED = frozenset({"canceled", "incomplete_expired"})


def subscription_of(world: World, invoice: Resource) -> Resource | None:
    """The subscription that an invoice is for."""
    parent = invoice["parent"]
    details = parent["subscription_details"] if parent is not None else None
    return world.table("subscription").get(details["subscription"]) if details is not None else None


def paid(world: World, invoice: Resource) -> None:
    """An invoice was paid: its subscription is active, unless another invoice is still owed."""
    subscription = subscription_of(world, invoice)
    if subscription is None or subscription["status"] not in {"incomplete", "past_due", "unpaid"}:
        return
    if subscription["latest_invoice"] in {invoice["id"], None} or not _owed(world, subscription):
        world.update(subscription, "customer.subscription.updated", status="active")
        entitlements.refresh(world, subscription["customer"])
    _delinquency(world, subscription["customer"])


def failed(world: World, invoice: Resource, *, is_last: bool) -> None:
    """An invoice could not be paid: its subscription is past due, and after the last attempt what the settings say."""
    subscription = subscription_of(world, invoice)
    if subscription is None or subscription["status"] in ENDED or subscription["status"] == "incomplete":
        return
    if is_last and world.dunning.ending == "cancel":
        end(world, subscription, "canceled", reason="payment_failed")
    else:
        status = "unpaid" if is_last and world.dunning.ending == "unpaid" else "past_due"
        world.update(subscription, "customer.subscription.updated", status=status)
        entitlements.refresh(world, subscription["customer"])
    _delinquency(world, subscription["customer"])


def end(world: World, subscription: Resource, status: str, *, reason: str | None = None) -> None:
    """End a subscription now. It never comes back."""
    now = world.now(subscription["customer"])
    details = subscription["cancellation_details"]
    if reason is not None:
        details = details | {"reason": reason}
    subscription.update(status=status, ended_at=now, cancellation_details=details)
    if status == "canceled":
        subscription["canceled_at"] = subscription["canceled_at"] or now
    world.changes += 1
    for invoice in list(world.all("invoice", customer=subscription["customer"], status="draft")):
        if subscription_of(world, invoice) is subscription:
            world.update(invoice, "invoice.updated", auto_advance=False, automatically_finalizes_at=None)
    for invoice in list(world.all("invoice", customer=subscription["customer"], status="open")):
        if subscription_of(world, invoice) is subscription:
            world.update(invoice, "invoice.updated", auto_advance=False, next_payment_attempt=None)
    event = "customer.subscription.deleted" if status == "canceled" else "customer.subscription.updated"
    before = {"status": "incomplete"} if status == "incomplete_expired" else None
    world.emit(event, subscription, before)
    entitlements.refresh(world, subscription["customer"])


def _owed(world: World, subscription: Resource) -> bool:
    return any(
        subscription_of(world, each) is subscription
        for each in world.all("invoice", customer=subscription["customer"], status="open")
    )


def _delinquency(world: World, customer: str) -> None:
    owner = world.table("customer").get(customer)
    if owner is not None:
        late = any(each["attempt_count"] for each in world.all("invoice", customer=customer, status="open"))
        world.update(owner, "customer.updated", delinquent=late)
