"""How long a job will still take, as far as it was measured; nothing is promised that was not."""

from __future__ import annotations

from dataclasses import dataclass

from services.separation.domain.job import Job, JobState


@dataclass(frozen=True, slots=True)
class Queue:
    """What lies before a queued job, and what the workers have shown they can do."""

    jobs_ahead: int = 0
    audio_ahead_s: float = 0.0
    """Audio in queued jobs before it, and left in running ones."""
    speed: float | None = None
    """Audio seconds per second of one worker, over the latest completed jobs; None when there are none."""
    workers: int = 1
    """Jobs running at once, at least 1."""
    own_ahead_s: float = 0.0
    """Audio before it that is its own person's."""
    own_places: int = 0
    """Jobs of that person that may run at once; 0 is no bound."""


def eta_s(job: Job, queue: Queue) -> float | None:
    """Seconds until `job` is complete: by the attempt's own rate, or by the queue's; None when not measured yet."""
    if job.state is JobState.RUNNING:
        rate = _own_rate(job)
        if rate is None:
            rate = None if queue.speed is None else queue.speed * job.audio.rate_hz
        return None if not rate else (job.total_samples - job.done_samples) / rate
    if job.state is JobState.QUEUED and queue.speed:
        # The first in the queue waits, too: for what the running jobs have left. And however many workers there are,
        # only so many are at one person's jobs.
        waiting_s = queue.audio_ahead_s / queue.speed / queue.workers
        if queue.own_places:
            waiting_s = max(waiting_s, queue.own_ahead_s / queue.speed / queue.own_places)
        left_s = (job.total_samples - job.done_samples) / job.audio.rate_hz
        return waiting_s + left_s / queue.speed
    return None


def _own_rate(job: Job) -> float | None:
    """Samples per second in the current attempt; None before its first segment."""
    done = job.done_samples - job.resumed_samples
    if job.started_at is None or done <= 0:
        return None
    spent_s = (job.read_at - job.started_at).total_seconds()
    return done / spent_s if spent_s > 0 else None
