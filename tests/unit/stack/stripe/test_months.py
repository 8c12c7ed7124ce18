"""When periods end."""

from __future__ import annotations

import datetime

from hypothesis import given
from hypothesis import strategies as st

from stack.stripe import months

moments = st.integers(0, 4_000_000_000)
intervals = st.sampled_from(["day", "week", "month", "year"])


def _moment(text: str) -> int:
    return int(datetime.datetime.fromisoformat(text).replace(tzinfo=datetime.UTC).timestamp())


@given(moments, intervals, st.integers(1, 12))
def test_periods_follow_one_another(anchor: int, interval: str, count: int) -> None:
    """Each period ends after it began, on a whole number of intervals from the anchor, with its time of day."""
    start = anchor
    for whole in range(1, 15):
        start = months.period_end(anchor, start, interval, count)
        assert start == months.added(anchor, interval, whole * count)
        assert (start - anchor) % 86_400 == 0


def test_a_short_month_is_not_remembered() -> None:
    """After a period to the last of February, one begun on the 31st ends on the 31st again."""
    anchor = _moment("2027-01-31T08:00:00")
    february = months.period_end(anchor, anchor, "month", 1)
    assert february == _moment("2027-02-28T08:00:00")
    assert months.period_end(anchor, february, "month", 1) == _moment("2027-03-31T08:00:00")


def test_leap_day() -> None:
    """A year begun on 29 February ends on the 28th, and in four years on the 29th."""
    anchor = _moment("2028-02-29T00:00:00")
    assert months.added(anchor, "year", 1) == _moment("2029-02-28T00:00:00")
    assert months.added(anchor, "year", 4) == _moment("2032-02-29T00:00:00")
