"""Whose turn it is among the tiers."""

from __future__ import annotations

import itertools
from collections import Counter, deque

from hypothesis import given
from hypothesis import strategies as st

from services.separation.domain.tiers import LATEST, SHARES, Tier, in_turn, taken_before, tier_named

TIERS = list(Tier)
OTHERS_BETWEEN_MAX = {Tier.FIRST: 4, Tier.PRIORITY: 8, Tier.STANDARD: 10}
"""Jobs of other tiers that are taken up in a row, at the very most, while one of this tier waits."""
Window = tuple[Tier, ...]


def took(window: Window, waiting: set[Tier]) -> Tier:
    return next(tier for tier in in_turn(window) if tier in waiting)


def then(window: Window, tier: Tier) -> Window:
    return (*window, tier)[-LATEST:]


def longest_without(tier: Tier) -> int:
    """The longest row of others that any coming and going of other tiers' jobs can put before a waiting job."""
    others = [each for each in TIERS if each is not tier]
    crowds = [set(crowd) for size in (1, 2) for crowd in itertools.combinations(others, size)]
    windows = {window for size in range(LATEST + 1) for window in itertools.product(TIERS, repeat=size)}
    rows = 0
    while windows:
        following = {
            then(window, taken)
            for window in windows
            for crowd in crowds
            if (taken := took(window, {tier, *crowd})) is not tier
        }
        rows += bool(following)
        assert rows < 100
        windows = following
    return rows


def test_no_tier_ever_starves() -> None:
    """Of all that can come and go, tried out whole: a waiting tier is passed over so many times in a row at most."""
    assert {tier: longest_without(tier) for tier in Tier} == OTHERS_BETWEEN_MAX


@given(st.lists(st.sampled_from(TIERS), max_size=LATEST))
def test_shares_are_kept_to_the_job(latest: list[Tier]) -> None:
    """While all tiers wait, whatever was before: of any ten taken up in a row each soon has exactly its share."""
    window, taken = tuple(latest), []
    for _ in range(60):
        taken.append(took(window, set(Tier)))
        window = then(window, taken[-1])
    for begin in range(LATEST + 11, 50):
        assert Counter(taken[begin : begin + 10]) == SHARES


def test_a_lone_tier_has_every_place() -> None:
    """With nothing waiting in the others no place stays empty for them, whatever was taken up before."""
    for tier, window in itertools.product(Tier, itertools.product(TIERS, repeat=3)):
        assert took(window * 3, {tier}) is tier


@given(
    st.lists(st.sampled_from(TIERS), max_size=LATEST),
    st.dictionaries(st.sampled_from(TIERS), st.integers(0, 40)),
    st.sampled_from(TIERS),
    st.integers(0, 20),
)
def test_what_is_told_is_what_happens(latest: list[Tier], waiting: dict[Tier, int], tier: Tier, ahead: int) -> None:
    """Of other tiers as many are said to go before a job as do when the line is worked off and nobody comes."""
    left = {**dict.fromkeys(Tier, 0), **waiting, tier: ahead + 1}
    window, taken = deque(latest, LATEST), Counter[Tier]()
    while taken[tier] <= ahead:
        following = took(tuple(window), {each for each in Tier if left[each]})
        left[following] -= 1
        taken[following] += 1
        window.append(following)
    assert taken_before(latest, waiting, tier, ahead) == {each: taken[each] for each in Tier if each is not tier}


def test_an_unknown_tier_is_the_standard_one() -> None:
    """A tier that a newer plan names waits with the standard one's jobs, and so does none."""
    assert [tier_named(name) for name in ("first", "priority", "standard", "platinum", "")] == [
        Tier.FIRST, Tier.PRIORITY, Tier.STANDARD, Tier.STANDARD, Tier.STANDARD,
    ]  # fmt: skip  # one line for what goes in and one for what comes out
