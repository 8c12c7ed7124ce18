"""Which tier a place at work is offered to first."""

from __future__ import annotations

from collections.abc import Sequence

from services.separation.app.ports import Jobs
from services.separation.domain.errors import DependencyAway
from services.separation.domain.tiers import LATEST, Tier, in_turn


async def tiers_in_turn(jobs: Jobs) -> Sequence[Tier]:
    """Tiers in the order in which a job is looked for now; while the database is away nothing counts before it."""
    try:
        async with jobs.transaction() as work:
            return in_turn(await work.latest_tiers(LATEST))
    except DependencyAway:
        return in_turn(())
