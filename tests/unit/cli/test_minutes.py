"""Minutes as the command line tells them, which is as the page does: both are held to one table of cases."""

from __future__ import annotations

import datetime
import json
from pathlib import Path
from typing import Any

import pytest

from cli.minutes import minutes_had, minutes_taken, of_plan

CASES: dict[str, Any] = json.loads(
    (Path(__file__).resolve().parents[3] / "web/src/state/minutes.cases.json").read_text(encoding="utf-8")
)
"""Read by web/src/state/minutes.test.ts and allotment.test.ts too."""
NOW = datetime.datetime.fromisoformat(CASES["now"])


@pytest.mark.parametrize("case", CASES["of_plan"], ids=lambda case: case["they_are"])
def test_what_is_used_is_the_plans_whole_less_what_is_left_of_it(case: dict[str, Any]) -> None:
    """Minutes beside the plan's are no part of either figure."""
    usage = {"plan": {"seconds_a_month": case["seconds_a_month"]}, "left_s": case["left_s"], "grants": case["grants"]}
    assert of_plan(usage, NOW) == (case["plan_all_s"] - case["plan_left_s"], case["plan_all_s"])


def test_minutes_are_whole_against_hopes() -> None:
    """What is had is never overstated and what is taken never understated."""
    for told, minutes_of in (("had", minutes_had), ("taken", minutes_taken)):
        assert [minutes_of(case["seconds"]) for case in CASES[told]] == [case["minutes"] for case in CASES[told]]
