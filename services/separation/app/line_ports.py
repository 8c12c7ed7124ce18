"""What the verbs need of the line: who waits in which tier, and whose turn it is."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Protocol

from services.separation.domain.facts import JobQueued
from services.separation.domain.job import Job
from services.separation.domain.progress import Queue
from services.separation.domain.tiers import Tier

HELD = "held"
"""Where a queued job is in a census that waits for one of its own person's places."""


@dataclass(frozen=True, slots=True)
class Census:
    """Jobs by tier and state, and seconds of audio in those not ended."""

    jobs: dict[tuple[Tier, str], int]
    """A state, or HELD for queued jobs that do not stand in line yet."""
    audio_waiting_s: float


class Line(Protocol):
    """One transaction on the line. A queued job stands in line from when its owner has a place for it."""

    async def line_up(self, owner_id: str) -> Sequence[JobQueued]:
        """Give a person's oldest waiting jobs turns in line, as many as there are places; to be published.

        A place is held by a job that runs or stands in line. How many there are says the newest of the open jobs.
        """
        ...

    async def owners_with_places(self, limit: int) -> Sequence[str]:
        """People who have a place, and a job that waits for one: `line_up` was cut off, or older code did not know."""
        ...

    async def claim(self, tier: Tier, worker: str, lease_s: float) -> Job | None:
        """Take the lease of the job whose turn it is in a tier, attempt and tries plus one; None when there is none.

        Of those in line that do not rest, and those whose lease ran out, it is the one with the lowest turn.
        """
        ...

    async def latest_tiers(self, count: int) -> Sequence[Tier]:
        """The tiers of so many jobs taken up last, the latest last."""
        ...

    async def queued_count(self) -> int:
        """Jobs waiting, in line or not."""
        ...

    async def queued_count_of(self, owner_id: str) -> int:
        """Jobs of one person that wait, in line or not."""
        ...

    async def queues_before(self, jobs: Sequence[Job]) -> Mapping[str, Queue]:
        """Job -> what lies before it when it is queued, and the workers' measured speed.

        However many are asked for, the statements are the same few: a page asks for fifty every few seconds.
        """
        ...

    async def take_unanswered(self, tier: Tier, after_s: float, limit: int) -> Sequence[JobQueued]:
        """The first in a tier's line last announced longer ago, or done resting; they are announced now."""
        ...

    async def requeue_expired(self, limit: int) -> Sequence[JobQueued]:
        """Running jobs whose lease ran out go back to their turn in line, announced now."""
        ...

    async def census(self) -> Census:
        """Counts for the gauges."""
        ...
