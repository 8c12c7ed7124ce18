"""The plans on offer."""

from __future__ import annotations

import dataclasses

from services.billing.domain.errors import UnknownPlan

_MINUTE_S = 60
_HOUR_S = 3600


@dataclasses.dataclass(frozen=True)
class Plan:
    """What a person may separate. `name` is for programs, `title` for people."""

    name: str
    title: str
    seconds_a_month: int
    longest_song_s: int
    parallel_jobs: int


PLANS = (
    Plan("free", "Free", seconds_a_month=60 * _MINUTE_S, longest_song_s=15 * _MINUTE_S, parallel_jobs=1),
    Plan("pro", "Pro", seconds_a_month=1_000 * _MINUTE_S, longest_song_s=60 * _MINUTE_S, parallel_jobs=3),
    Plan("studio", "Studio", seconds_a_month=6_000 * _MINUTE_S, longest_song_s=12 * _HOUR_S, parallel_jobs=5),
    # For a machine of one's own, where minutes cost nobody anything.
    Plan("home", "Home", seconds_a_month=100_000 * _MINUTE_S, longest_song_s=45 * _MINUTE_S, parallel_jobs=2),
)


@dataclasses.dataclass(frozen=True)
class Catalogue:
    """Plans, and the one for people who were put on none."""

    plans: tuple[Plan, ...]
    default: Plan

    def named(self, name: str) -> Plan:
        """The plan of this name. Raises UnknownPlan."""
        for plan in self.plans:
            if plan.name == name:
                return plan
        raise UnknownPlan

    def of_person(self, assigned: str | None) -> Plan:
        """The plan of a person who was put on `assigned`; the default when that is none or is offered no longer."""
        return next((plan for plan in self.plans if plan.name == assigned), self.default)


def catalogue(default_name: str) -> Catalogue:
    """The plans on offer with this default. Raises UnknownPlan."""
    for plan in PLANS:
        if plan.name == default_name:
            return Catalogue(PLANS, plan)
    raise UnknownPlan(f"There is no plan {default_name!r}; there are {', '.join(plan.name for plan in PLANS)}.")
