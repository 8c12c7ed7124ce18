"""How a customer stands: what is paid is what they have, whatever their subscription says of later."""

from __future__ import annotations

import dataclasses
import datetime
import enum

from services.billing.domain.paid_periods import Terms, plan_sold_as
from services.billing.domain.payments import DUNNED, CustomerState, Invoice, Line
from services.billing.domain.plans import Catalogue, Plan


class PaymentState(enum.Enum):
    """How, in one word."""

    NONE = "none"
    TRIAL = "trial"
    ACTIVE = "active"
    ENDING = "ending"
    """Paid, and the subscription ends with that."""
    GRACE = "grace"
    """The last payment is late; the plan stays for a while."""
    LAPSED = "lapsed"
    """The last payment is late, and the plan is gone until it comes."""


@dataclasses.dataclass(frozen=True)
class Standing:
    """How a customer stands at a moment, and when that changes by itself."""

    state: PaymentState
    plan: Plan | None = None
    """The plan that they have by it."""
    next_plan: Plan | None = None
    """The one that follows; None where nothing changes, or nothing follows."""
    paid_until: datetime.datetime | None = None
    usable_until: datetime.datetime | None = None
    """When grace ends."""

    @property
    def changes_at(self) -> datetime.datetime | None:
        """When it is to be looked at again, even if nobody tells of anything."""
        return self.usable_until or self.paid_until


def standing(customer: CustomerState, plans: Catalogue, terms: Terms, at: datetime.datetime) -> Standing:
    """How a customer stands at that moment."""
    subscription = customer.subscription
    paid = _paid_lines(customer, plans)
    now = [each for each in paid if each[1].starts_at <= at < each[1].ends_at]
    following = plan_sold_as(plans, subscription.price_key, customer.entitlements) if subscription else None
    if now:
        # The one that was paid last: a change of plan is paid after the period that it changes.
        _, line, plan = now[-1]
        state = _state_of(customer, line)
        changed = following if following and following.name != plan.name and state is not PaymentState.ENDING else None
        return Standing(state, plan, changed, line.ends_at)
    if subscription is None:
        return Standing(PaymentState.NONE)
    ended_at = max((line.ends_at for _, line, _ in paid if line.ends_at <= at), default=None)
    if ended_at is None or subscription.status not in DUNNED or following is None:
        # Begun and never paid for, or given up by the provider.
        return Standing(PaymentState.LAPSED if ended_at else PaymentState.NONE)
    usable_until = ended_at + terms.grace
    if at < usable_until:
        return Standing(PaymentState.GRACE, following, None, None, usable_until)
    return Standing(PaymentState.LAPSED)


def _state_of(customer: CustomerState, line: Line) -> PaymentState:
    subscription = customer.subscription
    if subscription is None or subscription.is_ending:
        return PaymentState.ENDING
    is_trial = subscription.status == "trialing" and subscription.trial_ends_at == line.ends_at
    return PaymentState.TRIAL if is_trial else PaymentState.ACTIVE


def _paid_lines(customer: CustomerState, plans: Catalogue) -> list[tuple[Invoice, Line, Plan]]:
    """Lines of plans whose money came and stayed, the one that was ordered last at the end."""
    found = []
    for invoice in customer.oldest_first:
        if not invoice.is_paid or invoice.subscription_id is None:
            continue
        for line in invoice.lines:
            plan = plan_sold_as(plans, line.price_key, customer.entitlements)
            if plan and line.amount >= 0 and line.starts_at < line.ends_at:
                found.append((invoice, line, plan))
    return found
