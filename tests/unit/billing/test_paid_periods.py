"""Which grants follow from invoices, and how somebody stands by them."""

from __future__ import annotations

import calendar
import dataclasses
import datetime
import itertools
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from services.billing.domain.grants import Source
from services.billing.domain.instalments import months_in
from services.billing.domain.paid_periods import Give, GiveBack, Take, Terms, is_advance, steps
from services.billing.domain.payments import CustomerState, Invoice, Line, Returned, Subscription
from services.billing.domain.plans import catalogue
from services.billing.domain.standing import PaymentState, standing

PLANS = catalogue("free")
TERMS = Terms(datetime.timedelta(days=7))
START = datetime.datetime(2030, 1, 15, 8, tzinfo=datetime.UTC)
DAY = datetime.timedelta(days=1)
PRO, STUDIO = "stripsession_pro_monthly", "stripsession_studio_monthly"
PRO_S = 60_000


def line(key: str = PRO, amount: int = 1200, days: int = 31, **more: Any) -> Line:
    given: dict[str, Any] = {"quantity": 1, "starts_at": START, "ends_at": START + days * DAY, "is_proration": False}
    return Line(price_key=key, amount=amount, **(given | more))


def invoice(*lines: Line, name: str = "in_1", status: str = "paid", **more: Any) -> Invoice:
    values: dict[str, Any] = {
        "number": "A-1",
        "is_renewal": False,
        "created_at": START,
        "paid_at": START if status == "paid" else None,
        "total": sum(each.amount for each in lines),
        "currency": "usd",
        "url": "",
        "subscription_id": "sub_1",
    }
    return Invoice(invoice_id=name, status=status, lines=lines, **(values | more))


def customer(*invoices: Invoice, status: str = "active", key: str = PRO, **more: Any) -> CustomerState:
    values: dict[str, Any] = {"is_ending": False, "trial_ends_at": None}
    subscription = Subscription("sub_1", "si_1", status, key, START, **(values | more))
    return CustomerState("cus_1", "usr_1", subscriptions=(subscription,), invoices=invoices)


def given_by(state: CustomerState) -> list[Give]:
    return [step for step in steps("usr_1", state, PLANS, TERMS) if isinstance(step, Give)]


def test_a_trial_is_worth_its_share_of_a_month() -> None:
    """Ten days of trial are a third of a month's minutes, of their own source; a whole discount is no trial."""
    ends_at = START + 10 * DAY
    trial = customer(invoice(line(amount=0, days=10)), status="trialing", trial_ends_at=ends_at)
    (give,) = given_by(trial)
    assert (give.order.source, give.order.seconds) == (Source.TRIAL, PRO_S // 3)
    stands = standing(trial, PLANS, TERMS, START)
    assert (stands.state, stands.plan and stands.plan.name, stands.paid_until) == (PaymentState.TRIAL, "pro", ends_at)
    (free,) = given_by(customer(invoice(line(), total=0)))
    assert (free.order.source, free.order.seconds) == (Source.PLAN_PERIOD, PRO_S)


def test_two_changes_in_one_month_are_parts_of_the_whole_month() -> None:
    """The rest of a plan is counted by the whole month, however often the plan was changed before in it."""
    changes = [
        invoice(
            line(STUDIO, 1000, starts_at=START + n * DAY, is_proration=True), name=f"in_{n}", created_at=START + n * DAY
        )
        for n in (10, 20)
    ]
    first, second, third = given_by(customer(invoice(line()), *changes))
    assert first.order.seconds == PRO_S
    assert (second.order.seconds, second.kept_s) == (360_000 - 360_000 * 10 // 31, PRO_S * 10 // 31)
    assert third.order.seconds == 360_000 - 360_000 * 20 // 31
    assert third.replaces_id == second.grant_id


@pytest.mark.parametrize(
    ("returned", "kind"), [(Returned.REFUNDED, Take), (Returned.DISPUTED, Take), (Returned.DISPUTE_WON, GiveBack)]
)
def test_money_that_went_back_takes_its_minutes(returned: Returned, kind: type[object]) -> None:
    """What is paid back or disputed takes its grants, and a dispute that was won gives them back."""
    state = customer(invoice(line(), returned=returned, dispute_id="du_1"))
    assert [type(step) for step in steps("usr_1", state, PLANS, TERMS)] == [Give, kind]
    has_plan = standing(state, PLANS, TERMS, START).plan is not None
    assert has_plan == (returned is Returned.DISPUTE_WON)


def test_a_dispute_that_was_won_gives_back_no_month_that_a_change_took() -> None:
    """Months that a larger plan took the place of are paid by the change, and do not come back beside it."""
    year = invoice(line(days=365), name="in_year", returned=Returned.DISPUTE_WON, dispute_id="du_1")
    changed_at = START + 40 * DAY
    change = invoice(
        line(STUDIO, 1000, starts_at=changed_at, ends_at=START + 365 * DAY, is_proration=True),
        name="in_change",
        created_at=changed_at,
    )
    found = list(steps("usr_1", customer(year, change, key=STUDIO), PLANS, TERMS))
    taken = {step.grant_id for step in found if isinstance(step, Take)}
    back = {step.grant_id for step in found if isinstance(step, GiveBack)}
    assert len(taken) == 10
    assert back == {"plan_period:in_year", "plan_period:in_year:1"}


def test_a_late_renewal_is_advanced_its_grace() -> None:
    """A renewal that is not paid is worth a week, as long as it may still be paid; the period takes its place."""
    late = invoice(line(), status="open", is_renewal=True)
    (give,) = given_by(customer(late, status="past_due"))
    assert is_advance(give.grant_id)
    assert (give.order.seconds, give.order.expires_at) == (PRO_S * 7 // 30, START + 7 * DAY)
    assert given_by(customer(late, status="canceled")) == []
    paid = dataclasses.replace(late, status="paid", paid_at=START + 2 * DAY)
    assert [each.replaces_id for each in given_by(customer(paid))] == [give.grant_id]


def test_what_is_not_ours_gives_nothing() -> None:
    """Prices that no plan or pack names, credits, and open invoices bring no grant; an entitlement names the plan."""
    strange = customer(invoice(line("another_shop")))
    assert given_by(strange) == []
    assert given_by(customer(invoice(line(amount=-900)))) == []
    assert given_by(customer(invoice(line(), status="open"))) == []
    entitled = dataclasses.replace(strange, entitlements=("plan-studio",))
    assert [each.order.plan for each in given_by(entitled)] == ["studio"]


moments = st.integers(1_700_000_000, 2_000_000_000).map(lambda s: datetime.datetime.fromtimestamp(s, datetime.UTC))


@pytest.mark.property
@given(starts_at=moments, days=st.integers(1, 800))
def test_months_fill_their_period(starts_at: datetime.datetime, days: int) -> None:
    """The months of a period follow each other without a gap; the last ends with it, and may be longer."""
    ends_at = starts_at + days * DAY
    months = months_in(starts_at, ends_at)
    assert (months[0].starts_at, months[-1].ends_at) == (starts_at, ends_at)
    assert all(one.ends_at == two.starts_at for one, two in itertools.pairwise(months))
    assert all(DAY <= month.ends_at - month.starts_at < 35 * DAY for month in months)


@pytest.mark.parametrize("month", range(1, 13))
def test_a_year_is_twelve_months(month: int) -> None:
    """From any day, the month's last included, a year has twelve."""
    for day in (1, 28, 29, 30, 31):
        try:
            begins = datetime.datetime(2030, month, day, tzinfo=datetime.UTC)
        except ValueError:
            continue
        assert len(months_in(begins, begins.replace(year=2031))) == 12


@pytest.mark.parametrize("day", [28, 29, 30, 31])
@pytest.mark.parametrize("length", [1, 12])
def test_what_is_renewed_on_a_months_last_days_has_no_month_more(day: int, length: int) -> None:
    """Who subscribed on a 31st is renewed on the last day of shorter months, and has each month's minutes once."""

    def renewed(month: int) -> datetime.datetime:
        year, number = 2027 + month // 12, month % 12 + 1
        return datetime.datetime(year, number, min(day, calendar.monthrange(year, number)[1]), 8, tzinfo=datetime.UTC)

    for first in range(60):
        assert len(months_in(renewed(first), renewed(first + length))) == length, renewed(first)
