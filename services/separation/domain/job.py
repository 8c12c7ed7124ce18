"""A separation job: its states and lawful moves, its lease, its attempts."""

from __future__ import annotations

import datetime
from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import StrEnum

from services.separation.domain.remark import Remark
from services.separation.domain.tiers import Tier


class JobState(StrEnum):
    """Where a job is. Only forward, but that a lease given back or lost returns it to the queue."""

    ADMITTING = "admitting"
    QUEUED = "queued"
    RUNNING = "running"
    COMPLETED = "completed"
    FAILED = "failed"
    CANCELLED = "cancelled"

    @property
    def ended(self) -> bool:
        """Whether nothing can change it any more."""
        return self in ENDED


ENDED = frozenset({JobState.COMPLETED, JobState.FAILED, JobState.CANCELLED})

LAWFUL_MOVES: Mapping[JobState, frozenset[JobState]] = {
    JobState.ADMITTING: frozenset({JobState.QUEUED, JobState.CANCELLED}),
    JobState.QUEUED: frozenset({JobState.RUNNING, JobState.CANCELLED}),
    # A lease that ran out may be taken over at once, without a visit to the queue.
    JobState.RUNNING: frozenset({JobState.RUNNING, JobState.QUEUED, *ENDED}),
    JobState.COMPLETED: frozenset(),
    JobState.FAILED: frozenset(),
    JobState.CANCELLED: frozenset(),
}


@dataclass(frozen=True, slots=True)
class Audio:
    """What an upload is, as the decoder found it; `total_samples` is declared or, where nothing is, counted."""

    rate_hz: int
    channels: int
    depth_bits: int
    codec: str
    total_samples: int

    @property
    def seconds(self) -> float:
        """Its length."""
        return self.total_samples / self.rate_hz


@dataclass(frozen=True, slots=True)
class Failure:
    """Why a job failed: an UPPER_SNAKE word, a sentence for people, and whether trying again can help."""

    reason: str
    message: str
    retryable: bool


PAUSES_S = (1.0, 2.0, 4.0, 8.0, 16.0)
"""How long a job rests after its first, second, ... try that failed; the last counts for all that follow.

A machine's short fault fails every job at once: without a pause it would use up all their tries in a second.
"""

GAVE_UP = Failure("GAVE_UP", "We could not separate this song after several tries. Nothing was charged.", True)


@dataclass(frozen=True, slots=True)
class NewJob:
    """A job about to be admitted."""

    job_id: str
    track_id: str
    upload_id: str
    owner_id: str
    model: str
    stems: tuple[str, ...]
    audio: Audio
    reserved_s: int
    remarks: tuple[Remark, ...] = ()
    tier: Tier = Tier.STANDARD
    parallel_jobs: int = 0
    """Jobs of its owner that may run at once; 0 is no bound."""


@dataclass(frozen=True, slots=True)
class Ending:
    """How a held job ends: completed with the samples counted, or failed and why."""

    state: JobState
    counted_samples: int | None = None
    failure: Failure | None = None
    remarks: tuple[Remark, ...] = ()


@dataclass(frozen=True, slots=True)
class Job:
    """One separation of one track, as read at `read_at` on the store's clock."""

    job_id: str
    track_id: str
    upload_id: str
    owner_id: str
    model: str
    stems: tuple[str, ...]
    state: JobState
    audio: Audio
    reserved_s: int
    created_at: datetime.datetime
    read_at: datetime.datetime
    attempt: int = 0
    tries: int = 0
    """Attempts since a segment was last committed, less those handed back in good order: too many end the job."""
    done_samples: int = 0
    resumed_samples: int = 0
    """Samples that were done when the current attempt began."""
    weights_sha256: str = ""
    """Digest of the weights that its segments are made with; empty until a worker has begun."""
    counted_samples: int | None = None
    failure: Failure | None = None
    remarks: tuple[Remark, ...] = ()
    started_at: datetime.datetime | None = None
    ended_at: datetime.datetime | None = None
    concluded_at: datetime.datetime | None = None
    lease_until: datetime.datetime | None = None
    worker: str | None = None
    tier: Tier = Tier.STANDARD
    parallel_jobs: int = 0
    """Jobs of its owner that may run at once; 0 is no bound."""
    turn_s: int | None = None
    """Its place in its tier's line, in seconds of audio; None until its owner has a place for it."""

    @property
    def total_samples(self) -> int:
        """Counted when known, else declared; never less than what is done."""
        counted = self.audio.total_samples if self.counted_samples is None else self.counted_samples
        return max(counted, self.done_samples)


@dataclass(frozen=True, slots=True)
class UploadPart:
    """One sealed object of an upload, and the plain bytes that it holds."""

    object_name: str
    offset_bytes: int
    length_bytes: int


@dataclass(frozen=True, slots=True)
class SealedStem:
    """A stem's file as it is stored, the key that opens it, and its length before it was sealed."""

    object_name: str
    object_key: bytes = field(repr=False)
    sealed: bytes = field(repr=False)
    size_bytes: int


@dataclass(frozen=True, slots=True)
class UploadGrant:
    """Leave to read an upload: passed on, never stored, never shown."""

    upload_id: str
    length_bytes: int
    object_key: bytes = field(repr=False)
    parts: tuple[UploadPart, ...] = ()


def whole_seconds(samples: int, rate_hz: int) -> int:
    """Seconds to reserve or charge for `samples`: every second begun, at least one."""
    return max(1, -(-samples // rate_hz))
