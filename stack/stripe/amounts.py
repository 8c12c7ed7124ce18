"""Sums of money in the currency's smallest unit: discounts, shares, parts of a period. Integers in, integers out."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from fractions import Fraction


@dataclass(frozen=True)
class Reduction:
    """What a coupon takes off: a percentage, or an amount. One of the two is set."""

    percent: Fraction | None = None
    amount: int | None = None

    def of(self, subtotal: int) -> int:
        """What is taken off this sum: never more than all of it, and nothing of a credit."""
        if subtotal <= 0:
            return 0
        if self.percent is not None:
            return min(subtotal, rounded(subtotal * self.percent / 100))
        return min(subtotal, self.amount or 0)


def rounded(value: Fraction) -> int:
    """The nearest integer; a half goes away from zero."""
    whole = abs(value) + Fraction(1, 2)
    return (whole.numerator // whole.denominator) * (1 if value >= 0 else -1)


def shared(total: int, weights: Sequence[int]) -> list[int]:
    """The total in shares by weight, which sum to it exactly; the largest remainders round up."""
    whole = sum(weights)
    if whole == 0:
        return [0 for _ in weights]
    shares = [total * weight // whole for weight in weights]
    by_remainder = sorted(range(len(weights)), key=lambda place: -(total * weights[place] % whole))
    for place in by_remainder[: total - sum(shares)]:
        shares[place] += 1
    return shares


def prorated(amount: int, left_s: int, whole_s: int) -> int:
    """The part of a period's price that falls on the seconds left of it."""
    if whole_s <= 0:
        return 0
    return rounded(Fraction(amount * min(max(left_s, 0), whole_s), whole_s))


@dataclass(frozen=True)
class Sums:
    """An invoice's sums. `discounts[k][n]` is what reduction k takes off line n."""

    subtotal: int
    discounts: list[list[int]]
    total: int
    due: int
    balance_after: int

    @property
    def taken_off(self) -> list[int]:
        """What each reduction takes off in all."""
        return [sum(each) for each in self.discounts]


def sums(lines: Sequence[tuple[int, bool]], reductions: Sequence[Reduction], balance: int) -> Sums:
    """Add up lines of (amount, whether discounts count), take discounts off one after another, then use the balance.

    A customer's balance below zero is a credit and pays first; a total below zero becomes such a credit.
    """
    remaining = [amount if discountable and amount > 0 else 0 for amount, discountable in lines]
    discounts = []
    for reduction in reductions:
        off = shared(reduction.of(sum(remaining)), remaining)
        remaining = [left - part for left, part in zip(remaining, off, strict=True)]
        discounts.append(off)
    subtotal = sum(amount for amount, _ in lines)
    total = subtotal - sum(map(sum, discounts))
    owed = total + balance
    return Sums(subtotal, discounts, total, max(0, owed), min(0, owed))
