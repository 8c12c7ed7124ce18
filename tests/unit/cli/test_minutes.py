"""Minutes as the command line tells them, which is as the page does (web/src/state/allotment.test.ts)."""

from __future__ import annotations

import datetime
from typing import Any

import pytest

from cli.minutes import minutes_had, minutes_taken, of_plan

NOW = datetime.datetime(2030, 11, 30, 12, tzinfo=datetime.UTC)
MONTH, PERIOD = "2030-12-01T00:00:00.000Z", "2030-12-30T00:00:00.000Z"


def grant(source: str, left_s: int, expires_at: str, starts_at: str = "2030-11-01T00:00:00.000Z") -> dict[str, Any]:
    return {"source": source, "left_s": left_s, "expires_at": expires_at, "starts_at": starts_at}


@pytest.mark.parametrize(
    ("whole_s", "left_s", "grants", "told"),
    [
        (3600, 3000, [grant("plan_month", 3000, MONTH)], (600, 3600)),
        (3600, 3000, [], (600, 3600)),
        # Of whoever pays for a period, what the month before it left lies beside.
        (
            60_000,
            6_059_640,
            [grant("plan_month", 6_000_000, MONTH), grant("plan_period", 59_640, PERIOD)],
            (360, 60_000),
        ),
        # So do packs, and what was given.
        (
            3600,
            4360,
            [grant("top_up", 4200, PERIOD), grant("courtesy", 60, MONTH), grant("plan_month", 100, MONTH)],
            (3500, 3600),
        ),
        # What begins later is none of it yet.
        (3600, 3600, [grant("plan_month", 3600, MONTH), grant("plan_period", 60_000, PERIOD, PERIOD)], (0, 3600)),
        # A change of plans carries over what was paid for.
        (60_000, 70_000, [grant("plan_period", 70_000, PERIOD)], (0, 70_000)),
        # More was used than the plan of now gives.
        (3600, -100, [], (3600, 3600)),
    ],
)
def test_what_is_used_is_the_plans_whole_less_what_is_left_of_it(
    whole_s: int, left_s: int, grants: list[dict[str, Any]], told: tuple[int, int]
) -> None:
    """Minutes beside the plan's are no part of either figure."""
    usage = {"plan": {"seconds_a_month": whole_s}, "left_s": left_s, "grants": grants}
    assert of_plan(usage, NOW) == told


def test_minutes_are_whole_against_hopes() -> None:
    """What is had is never overstated and what is taken never understated."""
    assert [minutes_had(seconds) for seconds in (3600, 3599, 59, 0, -61)] == [60, 59, 0, 0, 0]
    assert [minutes_taken(seconds) for seconds in (3600, 3541, 1, 0, -1)] == [60, 60, 1, 0, 0]
