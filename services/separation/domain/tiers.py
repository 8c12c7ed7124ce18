"""Tiers in which jobs wait, and which of them a place at work is offered to next."""

from __future__ import annotations

from collections import Counter, deque
from collections.abc import Iterable, Mapping
from enum import StrEnum


class Tier(StrEnum):
    """Where a job waits, by its owner's plan."""

    STANDARD = "standard"
    PRIORITY = "priority"
    FIRST = "first"


SHARES: Mapping[Tier, int] = {Tier.FIRST: 6, Tier.PRIORITY: 3, Tier.STANDARD: 1}
"""Of ten jobs taken up one after another, how many each tier is sure of while it has some waiting; highest first."""
LATEST = sum(SHARES.values()) - 1
"""So many jobs taken up last say whose turn it is."""


def tier_named(name: str) -> Tier:
    """The tier of this name; a name of a plan that is newer than this code is the standard one's."""
    return next((tier for tier in Tier if tier.value == name), Tier.STANDARD)


def in_turn(latest: Iterable[Tier]) -> tuple[Tier, ...]:
    """Tiers in the order in which a job is looked for, after these were the last `LATEST` taken up.

    Those that had less than their share of them go before those that had it, and the one that had least of its share
    before the others. Where two are alike the higher goes first.
    """
    had = Counter(latest)
    owed = sorted((tier for tier in SHARES if had[tier] < SHARES[tier]), key=lambda tier: had[tier] / SHARES[tier])
    return (*owed, *(tier for tier in SHARES if had[tier] >= SHARES[tier]))


def taken_before(
    latest: Iterable[Tier], waiting: Mapping[Tier, int], tier: Tier, ahead_in_tier: int
) -> Mapping[Tier, int]:
    """Jobs of the other tiers that are taken up before the one of `tier` that has so many before it there.

    `latest` were taken up last, the latest of them last; of the other tiers only what is `waiting` now can be told.
    """
    window = deque(latest, LATEST)
    others = {other: waiting.get(other, 0) for other in SHARES if other is not tier}
    taken = dict.fromkeys(others, 0)
    while taken != others:
        following = next(each for each in in_turn(window) if each is tier or taken[each] < others[each])
        if following is not tier:
            taken[following] += 1
        elif ahead_in_tier == 0:
            break
        else:
            ahead_in_tier -= 1
        window.append(following)
    return taken
