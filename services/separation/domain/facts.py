"""What separation publishes."""

from __future__ import annotations

from dataclasses import dataclass

from services.separation.domain.job import JobState


@dataclass(frozen=True, slots=True)
class JobQueued:
    """A job waits for a worker."""

    job_id: str


@dataclass(frozen=True, slots=True)
class JobConcluded:
    """A job has ended, its track is told and its minutes are settled or released."""

    job_id: str
    track_id: str
    upload_id: str
    owner_id: str
    outcome: JobState


Fact = JobQueued | JobConcluded
