"""What time brings: trials end, periods renew, drafts finalise, failed payments are tried again, sessions expire."""

from __future__ import annotations

import contextlib
import functools
from collections.abc import Callable, Iterator
from dataclasses import dataclass

from stack.stripe import (
    checkout,
    discounts,
    invoice_lines,
    invoicing,
    months,
    payment_methods,
    standing,
    subscribing,
)
from stack.stripe.clock import DAY_S, HOUR_S
from stack.stripe.shapes import Resource
from stack.stripe.world import World

_WARNING_DAYS = 3
_INCOMPLETE_HOURS = 23
_STEPS_MAX = 100_000
"""More than this in one go is a loop, not a calendar."""


@dataclass(frozen=True)
class Due:
    """Something to be done at a moment."""

    at: int
    rank: int
    done: Callable[[], None]


def pass_until(world: World, until: int, clock: Resource | None = None) -> None:
    """Do all that is due by `until`, in order, for the customers of a test clock, or for all others.

    Each thing is done at its own moment: what it makes is stamped with it.
    """
    for _ in range(_STEPS_MAX):
        due = min(_everything(world, clock), key=lambda each: (each.at, each.rank), default=None)
        if due is None or due.at > until:
            break
        with _standing_at(world, due.at, clock):
            due.done()
    else:
        raise RuntimeError("time does not pass: something is due again and again")
    if clock is not None:
        clock["frozen_time"] = max(clock["frozen_time"], until)


@contextlib.contextmanager
def _standing_at(world: World, moment: int, clock: Resource | None) -> Iterator[None]:
    if clock is None:
        with world.clock.held_at(moment):
            yield
    else:
        clock["frozen_time"] = max(clock["frozen_time"], moment)
        yield


def _everything(world: World, clock: Resource | None) -> Iterator[Due]:
    """Whatever waits for its time, in the order in which it was made."""
    name = clock["id"] if clock is not None else None
    for subscription in world.all("subscription", test_clock=name):
        yield from _of_subscription(world, subscription)
    for invoice in world.all("invoice", test_clock=name):
        yield from _of_invoice(world, invoice)
    if clock is None:
        for session in world.all("checkout.session", status="open"):
            yield Due(session["expires_at"], 4, functools.partial(checkout.expire, world, session))


def _of_subscription(world: World, subscription: Resource) -> Iterator[Due]:
    status, ends = subscription["status"], subscribing.period_of(subscription)[1]
    if status in standing.ENDED:
        return
    if status == "incomplete":
        at = subscription["created"] + _INCOMPLETE_HOURS * HOUR_S
        yield Due(at, 3, lambda: _expire_incomplete(world, subscription))
        return
    if subscription["cancel_at"] is not None:
        yield Due(subscription["cancel_at"], 0, lambda: standing.end(world, subscription, "canceled"))
    if status == "trialing" and not world.note(subscription["id"]).get("trial_warned"):
        at = max(subscription["trial_start"], subscription["trial_end"] - _WARNING_DAYS * DAY_S)
        yield Due(at, 1, lambda: _warn_of_trial_end(world, subscription))
    if status != "paused":
        yield Due(ends, 2, lambda: renew(world, subscription))


def _of_invoice(world: World, invoice: Resource) -> Iterator[Due]:
    if invoice["status"] == "draft" and invoice["automatically_finalizes_at"] is not None:
        yield Due(invoice["automatically_finalizes_at"], 3, lambda: _finalize_and_pay(world, invoice))
    if invoice["status"] == "open" and invoice["next_payment_attempt"] is not None:
        yield Due(invoice["next_payment_attempt"], 3, lambda: _collect(world, invoice))


def _expire_incomplete(world: World, subscription: Resource) -> None:
    standing.end(world, subscription, "incomplete_expired")
    for invoice in list(world.all("invoice", customer=subscription["customer"], status="open")):
        if standing.subscription_of(world, invoice) is subscription:
            invoicing.void(world, invoice)


def _warn_of_trial_end(world: World, subscription: Resource) -> None:
    world.note(subscription["id"])["trial_warned"] = True
    world.emit("customer.subscription.trial_will_end", subscription)


def renew(world: World, subscription: Resource) -> None:
    """Begin the next period, and draft its invoice."""
    start = subscribing.period_of(subscription)[1]
    was_trial = subscription["status"] == "trialing"
    if was_trial and payment_methods.default_of(world, subscription["customer"], subscription) is None:
        behavior = subscription["trial_settings"]["end_behavior"]["missing_payment_method"]
        if behavior == "cancel":
            standing.end(world, subscription, "canceled")
            return
        if behavior == "pause":
            world.update(subscription, None, status="paused")
            world.emit("customer.subscription.paused", subscription)
            return
    recurring = subscription["items"]["data"][0]["price"]["recurring"]
    anchor = subscription["billing_cycle_anchor"]
    end = months.period_end(anchor, start, recurring["interval"], recurring["interval_count"])
    discounts.end_used(world, subscription, start)
    fields: Resource = {"status": "active"} if was_trial else {}
    before_start = subscribing.period_of(subscription)[0]
    subscribing.set_period(world, subscription, (start, end), "customer.subscription.updated", **fields)
    lines = [
        invoice_lines.of_subscription_item(world, subscription, each, period=(start, end))
        for each in subscription["items"]["data"]
    ]
    # An unpaid subscription's invoices stay drafts until somebody pays what is owed.
    invoicing.draft(
        world,
        invoicing.Wanted(
            customer=subscription["customer"],
            reason="subscription_cycle",
            currency=subscription["currency"],
            lines=lines,
            period=(before_start, start),
            subscription=subscription,
            discount_ids=subscription["discounts"],
            auto_advance=subscription["status"] != "unpaid",
        ),
    )


def _finalize_and_pay(world: World, invoice: Resource) -> None:
    invoicing.finalize(world, invoice)
    if invoice["status"] == "open":
        invoicing.pay(world, invoice, on_session=False)


def _collect(world: World, invoice: Resource) -> None:
    invoicing.pay(world, invoice, on_session=False)
