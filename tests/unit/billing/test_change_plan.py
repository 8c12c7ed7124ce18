"""What is asked of the payment provider when a plan is changed, and what is left when that is declined."""

from __future__ import annotations

import dataclasses
import datetime
from collections.abc import Sequence
from typing import Any, cast

import pytest

from chassis.testing.clock import ManualClock
from services.billing.app.change_plan import change_plan
from services.billing.app.payment_ports import CustomerRecord, PaymentPorts, PaymentStore, Provider
from services.billing.app.ports import Ports, Store
from services.billing.domain.errors import PaymentDeclined, PaymentPending
from services.billing.domain.paid_periods import Terms
from services.billing.domain.payments import CustomerState, Invoice, Line, Price, Subscription
from services.billing.domain.plans import catalogue

NOW = datetime.datetime(2030, 1, 20, 8, tzinfo=datetime.UTC)
DAY = datetime.timedelta(days=1)
PRO, STUDIO = "stripsession_pro_monthly", "stripsession_studio_monthly"
STUDIO_YEARLY = "stripsession_studio_yearly"
PRICES = [
    Price(f"price_{key}", key, 1200, "usd", "year" if key.endswith("yearly") else "month")
    for key in (PRO, "stripsession_pro_yearly", STUDIO, STUDIO_YEARLY)
]


@dataclasses.dataclass
class Declining:
    """A provider at which every card is declined that is charged at once."""

    state: CustomerState
    prices_set: list[str] = dataclasses.field(default_factory=list)
    charges: int = 0

    async def customer(self, customer_id: str) -> CustomerState:
        return self.state

    async def prices(self, lookup_keys: Sequence[str]) -> Sequence[Price]:
        return [price for price in PRICES if price.lookup_key in lookup_keys]

    async def change_price(self, subscription_id: str, item_id: str, price_id: str, *, at_once: bool) -> None:
        if at_once:
            self.charges += 1
            raise PaymentDeclined
        self.prices_set.append(price_id)


class Records:
    """One person's record."""

    async def record_of(self, owner_id: str) -> CustomerRecord:
        return CustomerRecord(owner_id, "cus_1", NOW)


def customer(paid: str, following: str, status: str = "active", days_left: int = 16) -> CustomerState:
    ends_at = NOW + days_left * DAY
    line = Line(paid, 1200, 1, ends_at - 31 * DAY, ends_at, is_proration=False)
    paid_at = line.starts_at
    invoice = Invoice("in_1", "A-1", "paid", False, paid_at, paid_at, 1200, "usd", "", (line,), "sub_1")
    subscription = Subscription("sub_1", "si_1", status, following, paid_at, False, None)
    return CustomerState("cus_1", "usr_1", subscriptions=(subscription,), invoices=(invoice,))


def ports_of(provider: Declining) -> PaymentPorts:
    nothing = cast("Any", None)
    ledger = Ports(cast("Store", nothing), ManualClock(NOW), catalogue("free"))
    store, given = cast("PaymentStore", Records()), cast("Provider", provider)
    return PaymentPorts(ledger, store, Terms(7 * DAY), given)


async def test_a_declined_upgrade_leaves_the_smaller_plan_that_was_to_follow() -> None:
    """Who is to go on with a smaller plan is not charged for the larger one next, as their card declined more."""
    provider = Declining(customer(STUDIO, following=PRO))
    with pytest.raises(PaymentDeclined):
        await change_plan(ports_of(provider), "usr_1", STUDIO_YEARLY)
    assert provider.charges == 1
    assert provider.prices_set == [f"price_{STUDIO}", f"price_{PRO}"]


@pytest.mark.parametrize(("status", "is_refused"), [("draft", True), ("open", True), ("paid", False), ("void", False)])
@pytest.mark.parametrize(("days_ago", "covers_now"), [(1, True), (40, False)])
async def test_a_larger_plan_waits_for_the_renewal_of_this_period(
    status: str, is_refused: bool, days_ago: int, covers_now: bool
) -> None:
    """The renewal that covers this moment is paid first; one of a period that is over keeps nobody waiting."""
    state = customer(PRO, following=PRO)
    starts_at = NOW - days_ago * DAY
    line = Line(PRO, 1200, 1, starts_at, starts_at + 31 * DAY, is_proration=False)
    renewal = Invoice("in_2", "A-2", status, True, starts_at, None, 1200, "usd", "", (line,), "sub_1")
    provider = Declining(dataclasses.replace(state, invoices=(*state.invoices, renewal)))
    waits = is_refused and covers_now
    with pytest.raises(PaymentPending if waits else PaymentDeclined):
        await change_plan(ports_of(provider), "usr_1", STUDIO)
    assert provider.charges == (0 if waits else 1)


async def test_a_larger_plan_is_not_had_while_the_smaller_one_is_owed() -> None:
    """The difference alone would bring the larger plan: what it is counted from was never paid."""
    provider = Declining(customer(PRO, following=PRO, status="past_due", days_left=-1))
    with pytest.raises(PaymentDeclined):
        await change_plan(ports_of(provider), "usr_1", STUDIO)
    assert (provider.charges, provider.prices_set) == (0, [])
