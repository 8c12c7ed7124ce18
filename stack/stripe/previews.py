"""Previews: the invoice that a change or a new subscription would make, tried on a copy of the account."""

from __future__ import annotations

import copy

from stack.stripe import discounts, failures, passing, subscribing
from stack.stripe import subscription_changes as changes
from stack.stripe.parameters import Parameters
from stack.stripe.routing import Call, Route
from stack.stripe.shapes import Resource
from stack.stripe.world import World

_DETAILS = ("items", "proration_behavior", "proration_date", "cancel_at_period_end", "trial_end")


def _preview(call: Call) -> Resource:
    world, params = _copied(call.world), call.params
    details = params.group("subscription_details")
    details.refuse_unknown(_DETAILS)
    if details.has("trial_end"):
        raise failures.not_supported("previews of another trial's end")
    named = params.text("subscription")
    if named is None:
        customer = world.get("customer", params.required("customer"), "customer")["id"]
        ordered = subscribing.read_items(world, details)
        chosen = discounts.read(world, params, customer, 0)
        subscription = subscribing.make(world, customer=customer, ordered=ordered, chosen=chosen)
    else:
        subscription = world.get("subscription", named, "subscription")
        if details.flag("cancel_at_period_end"):
            raise failures.refused(
                "A subscription that ends with its period has no next invoice.", "invoice_upcoming_none"
            )
        _change(world, subscription, details)
    invoice = copy.deepcopy(world.get("invoice", subscription["latest_invoice"]))
    return invoice | {
        "id": "upcoming_" + invoice["id"],
        "status": "draft",
        "number": None,
        "amount_paid": 0,
        "amount_remaining": invoice["amount_due"],
        "attempt_count": 0,
        "attempted": False,
        "effective_at": None,
        "hosted_invoice_url": None,
        "invoice_pdf": None,
        "next_payment_attempt": None,
    }


def _change(world: World, subscription: Resource, details: Parameters) -> None:
    """Let the change happen; where it makes no invoice by itself, the next renewal's is the answer."""
    before = subscription["latest_invoice"]
    changed = changes.read_changes(world, subscription, details)
    behavior = details.choice("proration_behavior", changes.PRORATIONS) or "create_prorations"
    if changed:
        at = details.integer("proration_date")
        changes.apply(world, subscription, changed, behavior=behavior, at=at)
    if subscription["latest_invoice"] != before:
        return
    if subscription["cancel_at"] is not None:
        raise failures.refused("A subscription that ends with its period has no next invoice.", "invoice_upcoming_none")
    passing.renew(world, subscription)


def _copied(world: World) -> World:
    """A copy of the account that nobody hears of. Its events are left behind, as they are most of it."""
    scratch = World(world.clock, seed=world.seed, address=world.address)
    kept = {kind: table for kind, table in world.tables.items() if kind != "event"}
    scratch.tables, scratch.notes = copy.deepcopy(kept), copy.deepcopy(world.notes)
    scratch.dunning, scratch.serial = world.dunning, world.serial
    return scratch


ROUTES = (
    Route("POST", "/v1/invoices/create_preview", _preview, "customer subscription subscription_details discounts"),
)
