"""What a check says of what one service counted, the others being well."""

from __future__ import annotations

from collections.abc import Mapping

from chassis.db.examining import Look
from chassis.testing.clock import ManualClock
from services.retention.domain.checks import CHECKS
from services.retention.domain.finding import State, judged, unlisted

WELL: Mapping[str, int] = {figure: 0 for check in CHECKS.values() for figure in check.figures}
LISTED = ("sign_in", "payments", "storage")
"""Third parties that the policy lists."""


async def seen(looks: Mapping[str, Look], check: str) -> State:
    """Look once, and judge it as retention does. What a service tells is something that the check knows."""
    counted = await looks[check]()
    assert counted.keys() <= {*CHECKS[check].figures}, counted
    figures = unlisted({**WELL, **counted}, LISTED)
    return judged(check, CHECKS[check], figures, ManualClock().now()).state
