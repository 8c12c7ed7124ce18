"""What separation publishes."""

from __future__ import annotations

from dataclasses import dataclass

from services.separation.domain.job import JobState
from services.separation.domain.tiers import Tier


@dataclass(frozen=True, slots=True)
class JobQueued:
    """A job stands in line: there is work in its tier, and whose turn it is says the line."""

    job_id: str
    tier: Tier = Tier.STANDARD


@dataclass(frozen=True, slots=True)
class JobConcluded:
    """A job has ended, its track is told and its minutes are settled or released."""

    job_id: str
    track_id: str
    upload_id: str
    owner_id: str
    outcome: JobState


Fact = JobQueued | JobConcluded
