"""What can go wrong in billing, named for the listener or the service that has to act on it; the text is shown."""

from __future__ import annotations

import datetime
from collections.abc import Mapping

from services.billing.domain.durations import spoken


class UnknownPlan(Exception):
    """There is no such plan."""


class IdentifierMissing(Exception):
    """A person or a job must be named."""


class SecondsInvalid(Exception):
    """Seconds must be a positive number."""


class ReservationNotFound(Exception):
    """Nothing was set aside for this job."""


class ReservationMismatch(Exception):
    """This job's seconds were set aside for another person."""


class ReservationReleased(Exception):
    """This job's seconds were given back."""


class ReservationSettled(Exception):
    """This job's seconds were charged."""


class TooLong(Exception):
    """The song is longer than the plan takes."""

    def __init__(self, seconds: int, longest_song_s: int, plan: str, plan_title: str) -> None:
        """`plan` is the plan's name for programs, `plan_title` the one for people."""
        super().__init__(
            f"This song lasts {spoken(seconds)}; the {plan_title} plan takes songs of up to {spoken(longest_song_s)}."
        )
        self.facts: Mapping[str, str] = {
            "seconds": str(seconds),
            "longest_song_s": str(longest_song_s),
            "plan": plan,
        }


class MinutesExhausted(Exception):
    """The plan has too few minutes left this month."""

    def __init__(self, seconds: int, left_s: int, renews_at: datetime.datetime, plan: str, plan_title: str) -> None:
        """`plan` is the plan's name for programs, `plan_title` the one for people."""
        super().__init__(
            f"This song needs {spoken(seconds)}, and the {plan_title} plan has {spoken(left_s)} left this month. "
            f"New minutes come on {renews_at.day} {renews_at:%B %Y}."
        )
        self.facts: Mapping[str, str] = {
            "seconds": str(seconds),
            "left_s": str(left_s),
            "renews_at": renews_at.isoformat(),
            "plan": plan,
        }
