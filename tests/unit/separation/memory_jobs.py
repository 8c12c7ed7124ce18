"""Jobs in memory: a fake held to the real store by tests/integration/separation/test_jobs_store.py."""

from __future__ import annotations

import contextlib
import copy
import datetime
from collections.abc import AsyncIterator, Sequence
from dataclasses import dataclass, replace

from chassis.testing.clock import ManualClock
from services.separation.app.ports import Census
from services.separation.domain.facts import Fact
from services.separation.domain.job import PAUSES_S, Ending, Job, JobState, NewJob
from services.separation.domain.progress import Queue


@dataclass
class _Row:
    job: Job
    announced_at: datetime.datetime
    conclude_at: datetime.datetime | None = None
    paused_until: datetime.datetime | None = None


class MemoryJobs:
    """Transactions are all or nothing; one runs at a time."""

    def __init__(self, clock: ManualClock) -> None:
        self.clock = clock
        self.rows: dict[str, _Row] = {}
        self.facts: list[Fact] = []

    @contextlib.asynccontextmanager
    async def transaction(self) -> AsyncIterator[MemoryWork]:
        rows, facts = copy.deepcopy(self.rows), list(self.facts)
        yield MemoryWork(rows, facts, self.clock.now())
        self.rows, self.facts = rows, facts


class MemoryWork:
    def __init__(self, rows: dict[str, _Row], facts: list[Fact], now: datetime.datetime) -> None:
        self._rows = rows
        self._facts = facts
        self._now = now

    async def publish(self, fact: Fact) -> None:
        self._facts.append(fact)

    async def get(self, job_id: str) -> Job | None:
        row = self._rows.get(job_id)
        return None if row is None else replace(row.job, read_at=self._now)

    async def newest_of_track(self, track_id: str) -> Job | None:
        jobs = [row.job for row in self._rows.values() if row.job.track_id == track_id]
        newest = max(jobs, key=lambda job: (job.created_at, job.job_id), default=None)
        return None if newest is None else await self.get(newest.job_id)

    async def newest_of_tracks(self, owner_id: str, track_ids: Sequence[str]) -> Sequence[Job]:
        newest = [await self.newest_of_track(track_id) for track_id in dict.fromkeys(track_ids)]
        return [job for job in newest if job is not None and job.owner_id == owner_id]

    async def insert(self, job: NewJob) -> bool:
        if job.job_id in self._rows:
            return False
        fields = {name: getattr(job, name) for name in NewJob.__slots__}
        self._rows[job.job_id] = _Row(
            Job(**fields, state=JobState.ADMITTING, created_at=self._now, read_at=self._now), self._now
        )
        return True

    async def admit(self, job_id: str) -> bool:
        row = self._in(job_id, JobState.ADMITTING)
        if row is None:
            return False
        row.job, row.announced_at, row.paused_until = replace(row.job, state=JobState.QUEUED), self._now, None
        return True

    async def remove_admitting(self, job_id: str) -> bool:
        return self._in(job_id, JobState.ADMITTING) is not None and self._rows.pop(job_id) is not None

    async def claim(self, job_id: str, worker: str, lease_s: float) -> Job | None:
        row = self._in(job_id, JobState.QUEUED, JobState.RUNNING)
        if row is None or (row.job.lease_until is not None and row.job.lease_until >= self._now):
            return None
        if row.job.state is JobState.QUEUED and self._rests(row):
            return None
        job, row.paused_until = row.job, None
        row.job = replace(
            job,
            state=JobState.RUNNING,
            attempt=job.attempt + 1,
            tries=job.tries + 1,
            worker=worker,
            lease_until=self._after(lease_s),
            started_at=self._now,
            resumed_samples=job.done_samples,
        )
        return await self.get(job_id)

    async def extend(self, job_id: str, attempt: int, lease_s: float) -> bool:
        return self._held(job_id, attempt, lease_until=self._after(lease_s)) is not None

    async def progress(self, job_id: str, attempt: int, done_samples: int, *, resumed: bool = False) -> Job | None:
        row = self._held(job_id, attempt, done_samples=done_samples)
        if row is None:
            return None
        row.job = replace(row.job, resumed_samples=done_samples) if resumed else replace(row.job, tries=0)
        return await self.get(job_id)

    async def note_weights(self, job_id: str, attempt: int, weights_sha256: str) -> bool:
        return self._held(job_id, attempt, weights_sha256=weights_sha256) is not None

    async def give_back(self, job_id: str, attempt: int, *, counts: bool) -> bool:
        row = self._held(job_id, attempt, state=JobState.QUEUED, worker=None, lease_until=None)
        if row is None:
            return False
        row.announced_at = self._now
        if counts:
            row.paused_until = self._after(PAUSES_S[min(max(1, row.job.tries), len(PAUSES_S)) - 1])
        else:
            row.job = replace(row.job, tries=max(0, row.job.tries - 1))
        return True

    async def end(self, job_id: str, attempt: int, ending: Ending, conclude_after_s: float) -> bool:
        row = self._held(job_id, attempt, failure=ending.failure, counted_samples=ending.counted_samples)
        if row is None:
            return False
        done = row.job.done_samples if ending.counted_samples is None else ending.counted_samples
        self._ended(row, ending.state, conclude_after_s)
        row.job = replace(row.job, done_samples=done, remarks=(*row.job.remarks, *ending.remarks))
        return True

    async def cancel(self, job_id: str, conclude_after_s: float = 0.0) -> bool:
        row = self._in(job_id, JobState.ADMITTING, JobState.QUEUED, JobState.RUNNING)
        if row is None:
            return False
        self._ended(row, JobState.CANCELLED, conclude_after_s)
        return True

    async def defer_admission(self, job_id: str, after_s: float) -> None:
        row = self._in(job_id, JobState.ADMITTING)
        if row is not None:
            row.paused_until = self._after(after_s)

    async def conclude(self, job_id: str) -> bool:
        row = self._rows.get(job_id)
        if row is None or row.job.ended_at is None or row.job.concluded_at is not None:
            return False
        row.job = replace(row.job, concluded_at=self._now)
        return True

    async def defer_conclusion(self, job_id: str, after_s: float) -> None:
        row = self._rows.get(job_id)
        if row is not None and row.job.ended_at is not None and row.job.concluded_at is None:
            row.conclude_at = self._after(after_s)

    async def queued_count(self) -> int:
        return len(self._oldest(JobState.QUEUED))

    async def queue_before(self, job: Job) -> Queue:
        others = [row.job for row in self._oldest(JobState.QUEUED, JobState.RUNNING) if row.job.job_id != job.job_id]
        ahead = [each for each in others if (each.created_at, each.job_id) < (job.created_at, job.job_id)]
        running = [each for each in others if each.state is JobState.RUNNING]
        queued = [each for each in ahead if each.state is JobState.QUEUED]
        left_s = [(each.audio.total_samples - each.done_samples) / each.audio.rate_hz for each in (*running, *queued)]
        return Queue(len(queued), max(0.0, sum(left_s)), self._speed(), max(1, len(running)))

    async def take_unanswered(self, after_s: float, limit: int) -> Sequence[str]:
        ready = [row for row in self._oldest(JobState.QUEUED) if not self._rests(row)][:limit]
        silent = [row for row in ready if row.announced_at < self._after(-after_s) or row.paused_until is not None]
        for row in silent:
            row.announced_at, row.paused_until = self._now, None
        return [row.job.job_id for row in silent]

    async def requeue_expired(self, limit: int) -> Sequence[str]:
        running = self._oldest(JobState.RUNNING)
        expired = [row for row in running if row.job.lease_until is not None and row.job.lease_until < self._now]
        for row in expired[:limit]:
            row.announced_at = self._now
            row.job = replace(row.job, state=JobState.QUEUED, worker=None, lease_until=None)
        return [row.job.job_id for row in expired[:limit]]

    async def stale_admissions(self, after_s: float, limit: int) -> Sequence[str]:
        rows = [row for row in self._oldest(JobState.ADMITTING) if not self._rests(row)]
        return [row.job.job_id for row in rows if row.job.created_at < self._after(-after_s)][:limit]

    async def unconcluded(self, limit: int) -> Sequence[str]:
        due = [
            (row.conclude_at, row.job.job_id)
            for row in self._rows.values()
            if row.conclude_at is not None and row.job.concluded_at is None and row.conclude_at <= self._now
        ]
        return [job_id for _, job_id in sorted(due)][:limit]

    async def census(self) -> Census:
        jobs: dict[JobState, int] = {}
        waiting_s = 0.0
        for row in self._oldest(JobState.ADMITTING, JobState.QUEUED, JobState.RUNNING):
            jobs[row.job.state] = jobs.get(row.job.state, 0) + 1
            waiting_s += (row.job.audio.total_samples - row.job.done_samples) / row.job.audio.rate_hz
        return Census(jobs, max(0.0, waiting_s))

    def _speed(self) -> float | None:
        completed = [row.job for row in self._rows.values() if row.job.state is JobState.COMPLETED]
        recent = sorted(completed, key=lambda job: job.ended_at or job.created_at, reverse=True)[:20]
        audio_s = sum(((job.counted_samples or 0) - job.resumed_samples) / job.audio.rate_hz for job in recent)
        spans = [job.ended_at - job.started_at for job in recent if job.ended_at and job.started_at]
        spent_s = sum(span.total_seconds() for span in spans)
        return audio_s / spent_s or None if spent_s else None

    def _after(self, seconds: float) -> datetime.datetime:
        return self._now + datetime.timedelta(seconds=seconds)

    def _rests(self, row: _Row) -> bool:
        return row.paused_until is not None and row.paused_until > self._now

    def _in(self, job_id: str, *states: JobState) -> _Row | None:
        row = self._rows.get(job_id)
        return row if row is not None and row.job.state in states else None

    def _held(self, job_id: str, attempt: int, **changes: object) -> _Row | None:
        row = self._in(job_id, JobState.RUNNING)
        if row is None or row.job.attempt != attempt:
            return None
        row.job = replace(row.job, **changes)  # type: ignore[arg-type]  # each caller names fields of Job
        return row

    def _ended(self, row: _Row, state: JobState, conclude_after_s: float) -> None:
        row.job = replace(row.job, state=state, worker=None, lease_until=None, ended_at=self._now)
        row.conclude_at = self._after(conclude_after_s)

    def _oldest(self, *states: JobState) -> list[_Row]:
        rows = [row for row in self._rows.values() if row.job.state in states]
        return sorted(rows, key=lambda row: (row.job.created_at, row.job.job_id))
