"""Sums of money."""

from __future__ import annotations

from fractions import Fraction

import pytest
from hypothesis import given
from hypothesis import strategies as st

from stack.stripe.amounts import Reduction, prorated, rounded, shared, sums

amounts = st.integers(-100_000_000, 100_000_000)
prices = st.integers(0, 100_000_000)
percents = st.fractions(min_value=Fraction(1, 100), max_value=100, max_denominator=100)
reductions = st.lists(
    st.builds(lambda percent: Reduction(percent=percent), percents)
    | st.builds(lambda amount: Reduction(amount=amount), st.integers(1, 100_000_000)),
    max_size=3,
)
lines = st.lists(st.tuples(amounts, st.booleans()), max_size=8)


@given(lines, reductions, amounts)
def test_an_invoice_adds_up(
    given_lines: list[tuple[int, bool]], given_reductions: list[Reduction], balance: int
) -> None:
    """The total is the lines less the discounts, to the cent, and what is due and credited is the rest of it."""
    found = sums(given_lines, given_reductions, balance)
    assert found.subtotal == sum(amount for amount, _ in given_lines)
    assert found.total == found.subtotal - sum(found.taken_off)
    assert found.due >= 0
    assert found.balance_after <= 0
    assert found.due + found.balance_after == found.total + balance


@given(lines, reductions)
def test_discounts_never_take_more_than_there_is(
    given_lines: list[tuple[int, bool]], given_reductions: list[Reduction]
) -> None:
    """No discount makes a line negative, touches a credit or an excepted line, or a sum of prices fall below zero."""
    found = sums(given_lines, given_reductions, 0)
    for place, (amount, discountable) in enumerate(given_lines):
        off = sum(each[place] for each in found.discounts)
        assert 0 <= off <= max(0, amount if discountable else 0)
    if all(amount >= 0 for amount, _ in given_lines):
        assert found.total >= 0


@given(prices, percents)
def test_a_percentage_is_that_part(price: int, percent: Fraction) -> None:
    """A percentage takes its part of a price, to half a cent."""
    assert abs(Reduction(percent=percent).of(price) - price * percent / 100) <= Fraction(1, 2)


@given(st.integers(0, 10**9), st.lists(st.integers(0, 10**6), min_size=1, max_size=10))
def test_shares_sum_to_the_whole(total: int, weights: list[int]) -> None:
    """Shares sum to the total exactly, and none is a cent or more from its part."""
    shares = shared(total, weights)
    if sum(weights) == 0:
        assert shares == [0] * len(weights)
        return
    assert sum(shares) == total
    for share, weight in zip(shares, weights, strict=True):
        assert abs(share - Fraction(total * weight, sum(weights))) < 1


@given(prices, st.integers(0, 10_000_000), st.integers(1, 10_000_000))
def test_a_part_and_its_rest_are_the_whole(price: int, left_s: int, whole_s: int) -> None:
    """What is given back for the time left and what was used sum to the price, give or take the rounding of a cent."""
    left = min(left_s, whole_s)
    used, unused = prorated(price, whole_s - left, whole_s), prorated(price, left, whole_s)
    assert 0 <= unused <= price
    assert abs(used + unused - price) <= 1


@pytest.mark.parametrize(
    ("value", "expected"),
    [(Fraction(1, 2), 1), (Fraction(-1, 2), -1), (Fraction(3, 2), 2), (Fraction(149, 100), 1), (Fraction(0), 0)],
)
def test_halves_go_away_from_zero(value: Fraction, expected: int) -> None:
    """Half a cent counts as one."""
    assert rounded(value) == expected


def test_nothing_of_no_period() -> None:
    """A period without length is worth nothing."""
    assert prorated(1200, 5, 0) == 0
