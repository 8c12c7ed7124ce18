"""Minutes of music as the page tells them, by the same rules (web/src/state/minutes.ts and allotment.ts)."""

from __future__ import annotations

import datetime
import math

from cli.gateway import Json

_PAID = frozenset({"plan_period", "trial"})
_OF_A_MONTH = frozenset({"plan_month"})


def minutes_had(time_s: float) -> int:
    """Of what is left, or what a plan gives: never overstated."""
    return math.floor(max(0, time_s) / 60)


def minutes_taken(time_s: float) -> int:
    """Of what is used: never understated."""
    return math.ceil(max(0, time_s) / 60)


def of_plan(usage: Json, now: datetime.datetime) -> tuple[int, int]:
    """Seconds used and in all of what the plan gives for the present period; songs under way count as used.

    What lies beside the plan's, as a pack or a gift, is no part of it.
    """
    begun = [each for each in usage["grants"] if datetime.datetime.fromisoformat(each["starts_at"]) <= now]
    # Who pays for a period may still have the month of the plan before: that is beside it.
    is_paid = any(each["source"] in _PAID for each in begun)
    own = _PAID if is_paid else _OF_A_MONTH
    beside_s = sum(each["left_s"] for each in begun if each["source"] not in own and each["left_s"] > 0)
    left_s = max(0, usage["left_s"] - beside_s)
    # A change of plans within a period carries over what was paid for.
    whole_s = max(usage["plan"]["seconds_a_month"], left_s)
    return whole_s - left_s, whole_s
