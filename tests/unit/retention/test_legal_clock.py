"""By which day a request must be answered: months that are shorter, leap years, and ends of days."""

from __future__ import annotations

import calendar
import datetime

import pytest
from hypothesis import given
from hypothesis import strategies as st

from services.retention.domain.legal_clock import due_on, is_late, late_from, months_after

DAYS = st.dates(datetime.date(2000, 1, 1), datetime.date(2100, 1, 1))
MONTHS = st.integers(0, 24)
MOMENTS = st.datetimes(
    datetime.datetime(2000, 1, 2),  # noqa: DTZ001 - the zone is drawn beside it
    datetime.datetime(2100, 1, 1),  # noqa: DTZ001 - as above
    timezones=st.sampled_from([datetime.timezone(datetime.timedelta(hours=hours)) for hours in (-11, 0, 2, 14)]),
)


def month_of(day: datetime.date) -> int:
    """Counted from the year 0 on."""
    return day.year * 12 + day.month


@given(DAYS, MONTHS)
def test_it_is_the_same_day_of_the_month_or_its_last(day: datetime.date, months: int) -> None:
    """The month is the one that is asked for, and its day the same, unless that month ends before."""
    after = months_after(day, months)
    assert month_of(after) == month_of(day) + months
    assert after.day == min(day.day, calendar.monthrange(after.year, after.month)[1])


@given(DAYS, st.integers(0, 40), MONTHS)
def test_whoever_comes_later_is_never_due_before(first: datetime.date, days: int, months: int) -> None:
    """What came first is due first, or on the same day where a month is too short for both."""
    second = first + datetime.timedelta(days=days)
    assert months_after(first, months) <= months_after(second, months)


@given(MOMENTS)
def test_a_month_is_a_month_and_an_extension_two_more(received_at: datetime.datetime) -> None:
    """An answer has 28 to 31 days; an extended one 89 to 92 from the receipt, wherever the clock stood."""
    received_on = received_at.astimezone(datetime.UTC).date()
    first, extended = due_on(received_at), due_on(received_at, is_extended=True)
    assert 28 <= (first - received_on).days <= 31
    assert 89 <= (extended - received_on).days <= 92
    assert month_of(extended) == month_of(first) + 2


@given(MOMENTS)
def test_the_whole_of_the_last_day_is_in_time(received_at: datetime.datetime) -> None:
    """The last moment of the legal day is in time, and the first of the next is late."""
    last = due_on(received_at)
    midnight = late_from(last)
    assert midnight.astimezone(datetime.UTC).date() == last + datetime.timedelta(days=1)
    assert not is_late(last, midnight - datetime.timedelta(microseconds=1))
    assert is_late(last, midnight)


@pytest.mark.parametrize(
    ("received", "first", "extended"),
    [
        ("2030-01-31", "2030-02-28", "2030-04-30"),
        ("2028-01-31", "2028-02-29", "2028-04-30"),
        ("2030-08-31", "2030-09-30", "2030-11-30"),
        ("2030-11-30", "2030-12-30", "2031-02-28"),
        ("2030-12-31", "2031-01-31", "2031-03-31"),
        ("2028-02-29", "2028-03-29", "2028-05-29"),
        ("2030-05-04", "2030-06-04", "2030-08-04"),
    ],
)
def test_ends_of_months(received: str, first: str, extended: str) -> None:
    """The days that a calendar on the wall gives, by Regulation 1182/71, article 3."""
    moment = datetime.datetime.fromisoformat(f"{received}T23:59:59+00:00")
    assert due_on(moment).isoformat() == first
    assert due_on(moment, is_extended=True).isoformat() == extended


def test_a_day_is_one_of_utc() -> None:
    """A request of just after midnight in Kiribati came on the day before in UTC, which is the stricter one."""
    zone = datetime.timezone(datetime.timedelta(hours=14))
    assert due_on(datetime.datetime(2030, 5, 4, 0, 30, tzinfo=zone)) == datetime.date(2030, 6, 3)
