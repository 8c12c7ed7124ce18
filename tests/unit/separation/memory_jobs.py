"""Jobs in memory: a fake held to the real store by tests/integration/separation/test_jobs_store.py."""

from __future__ import annotations

import contextlib
import copy
import datetime
from collections.abc import AsyncIterator, Mapping, Sequence
from dataclasses import dataclass, replace

from chassis.testing.clock import ManualClock
from services.separation.app.line_ports import HELD, Census
from services.separation.domain.facts import Fact, JobQueued
from services.separation.domain.job import PAUSES_S, Ending, Job, JobState, NewJob
from services.separation.domain.progress import Queue
from services.separation.domain.tiers import LATEST, Tier, taken_before


@dataclass
class Row:
    job: Job
    announced_at: datetime.datetime
    conclude_at: datetime.datetime | None = None
    paused_until: datetime.datetime | None = None
    clock_s: int | None = None


class MemoryJobs:
    """Transactions are all or nothing; one runs at a time."""

    def __init__(self, clock: ManualClock) -> None:
        self.clock = clock
        self.rows: dict[str, Row] = {}
        self.facts: list[Fact] = []
        self.erased: dict[str, int] = {}
        """Jobs that were removed of each erased person."""

    @contextlib.asynccontextmanager
    async def transaction(self) -> AsyncIterator[MemoryWork]:
        rows, facts, erased = copy.deepcopy(self.rows), list(self.facts), dict(self.erased)
        yield MemoryWork(rows, facts, erased, self.clock.now())
        self.rows, self.facts, self.erased = rows, facts, erased


class MemoryWork:
    def __init__(self, rows: dict[str, Row], facts: list[Fact], erased: dict[str, int], now: datetime.datetime) -> None:
        self._rows = rows
        self._facts = facts
        self._erased = erased
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
        newest: dict[str, Job] = {}
        for job in sorted((row.job for row in self._rows.values()), key=lambda job: (job.created_at, job.job_id)):
            if job.owner_id == owner_id and job.track_id in track_ids:
                newest[job.track_id] = replace(job, read_at=self._now)
        return list(newest.values())

    async def insert(self, job: NewJob) -> bool:
        if job.job_id in self._rows:
            return False
        fields = {name: getattr(job, name) for name in NewJob.__slots__}
        self._rows[job.job_id] = Row(
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

    async def claim(self, tier: Tier, worker: str, lease_s: float) -> Job | None:
        free = [row for row in self._rows.values() if row.job.tier is tier and self._is_free(row)]
        row = min(free, key=lambda each: _place(each.job), default=None)
        if row is None:
            return None
        job, row.paused_until = row.job, None
        line = [r.job for r in self._oldest(JobState.QUEUED) if r.job.tier is tier and r.job.turn_s is not None]
        step_s = 0 if job.started_at else job.reserved_s // (1 + len({each.owner_id for each in line}))
        row.clock_s = max(job.turn_s or 0, self._clock_s(tier) + step_s)
        row.job = replace(
            job,
            state=JobState.RUNNING,
            turn_s=job.turn_s or 0,
            attempt=job.attempt + 1,
            tries=job.tries + 1,
            worker=worker,
            lease_until=self._after(lease_s),
            started_at=self._now,
            resumed_samples=job.done_samples,
        )
        return await self.get(job.job_id)

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

    async def line_up(self, owner_id: str) -> Sequence[JobQueued]:
        mine = [row for row in self._oldest(JobState.QUEUED, JobState.RUNNING) if row.job.owner_id == owner_id]
        held = [row for row in mine if not _stands(row.job)]
        places = mine[-1].job.parallel_jobs if mine else 0
        free = max(0, places - len(mine) + len(held)) if places else len(held)
        come_to = self._clock_s if len(mine) == 1 else self._reached
        came = {tier: max(come_to(tier), self._end_s(owner_id, tier)) for tier in Tier}
        queued = []
        for row in held[:free]:
            turn_s = came[row.job.tier]
            came[row.job.tier] += row.job.reserved_s
            row.job, row.announced_at = replace(row.job, turn_s=turn_s), self._now
            queued.append((turn_s, JobQueued(row.job.job_id, row.job.tier)))
        return [fact for _, fact in sorted(queued, key=lambda each: (each[0], each[1].job_id))]

    async def owners_with_places(self, limit: int) -> Sequence[str]:
        owners = []
        for owner_id in dict.fromkeys(row.job.owner_id for row in self._oldest(JobState.QUEUED, JobState.RUNNING)):
            mine = [r.job for r in self._oldest(JobState.QUEUED, JobState.RUNNING) if r.job.owner_id == owner_id]
            standing, places = sum(_stands(job) for job in mine), mine[-1].parallel_jobs
            if standing < len(mine) and (not places or standing < places):
                owners.append(owner_id)
        return owners[:limit]

    async def latest_tiers(self, count: int) -> Sequence[Tier]:
        started = [row.job for row in self._rows.values() if row.job.started_at is not None]
        return [job.tier for job in sorted(started, key=lambda job: (job.started_at, job.job_id))[-count:]]

    async def queued_count(self) -> int:
        return len(self._oldest(JobState.QUEUED))

    async def queued_count_of(self, owner_id: str) -> int:
        return sum(row.job.owner_id == owner_id for row in self._oldest(JobState.QUEUED))

    async def queues_before(self, jobs: Sequence[Job]) -> Mapping[str, Queue]:
        return {job.job_id: await self._queue_before(job) for job in jobs}

    async def _queue_before(self, job: Job) -> Queue:
        if job.state is not JobState.QUEUED:
            return Queue(speed=self._speed())
        running = [row.job for row in self._oldest(JobState.RUNNING)]
        queued = [row.job for row in self._oldest(JobState.QUEUED)]
        ahead = self._ahead(job)
        waiting = {tier: [each for each in queued if each.tier is tier] for tier in Tier}
        counts = {tier: len(jobs) for tier, jobs in waiting.items()}
        taken = taken_before(await self.latest_tiers(LATEST), counts, job.tier, len(ahead))
        others_s = sum(_left_s(waiting[tier]) / counts[tier] * taken[tier] for tier in taken if counts[tier])
        own = [each for each in (*running, *ahead) if each.owner_id == job.owner_id]
        return Queue(
            len(ahead) + sum(taken.values()),
            max(0.0, _left_s([*running, *ahead]) + others_s),
            self._speed(),
            max(1, len(running)),
            max(0.0, _left_s(own)),
            job.parallel_jobs,
        )

    async def take_unanswered(self, tier: Tier, after_s: float, limit: int) -> Sequence[JobQueued]:
        line = [row for row in self._oldest(JobState.QUEUED) if row.job.tier is tier and row.job.turn_s is not None]
        ready = sorted((row for row in line if not self._rests(row)), key=lambda row: _place(row.job))[:limit]
        silent = [row for row in ready if row.announced_at < self._after(-after_s) or row.paused_until is not None]
        for row in silent:
            row.announced_at, row.paused_until = self._now, None
        return [JobQueued(row.job.job_id, tier) for row in silent]

    async def requeue_expired(self, limit: int) -> Sequence[JobQueued]:
        running = self._oldest(JobState.RUNNING)
        expired = [row for row in running if row.job.lease_until is not None and row.job.lease_until < self._now]
        for row in expired[:limit]:
            row.announced_at = self._now
            row.job = replace(row.job, state=JobState.QUEUED, worker=None, lease_until=None)
        return [JobQueued(row.job.job_id, row.job.tier) for row in expired[:limit]]

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

    async def is_erased(self, owner_id: str) -> bool:
        return owner_id in self._erased

    async def erase_jobs_of(self, owner_id: str) -> tuple[int, Mapping[str, int]]:
        mine = [row for row in self._rows.values() if row.job.owner_id == owner_id]
        for row in mine:
            if not row.job.state.ended:
                self._ended(row, JobState.CANCELLED, 0.0)
            if row.job.concluded_at is None and row.conclude_at is not None:
                row.conclude_at = min(row.conclude_at, self._now)
        concluded = [row.job.job_id for row in mine if row.job.concluded_at is not None]
        for job_id in concluded:
            del self._rows[job_id]
        removed = self._erased[owner_id] = self._erased.get(owner_id, 0) + len(concluded)
        return len(mine) - len(concluded), {"jobs": removed} if removed else {}

    async def census(self) -> Census:
        jobs: dict[tuple[Tier, str], int] = {}
        for row in self._oldest(JobState.ADMITTING, JobState.QUEUED, JobState.RUNNING):
            is_held = row.job.state is JobState.QUEUED and row.job.turn_s is None
            place = (row.job.tier, HELD if is_held else row.job.state.value)
            jobs[place] = jobs.get(place, 0) + 1
        waiting_s = _left_s([r.job for r in self._oldest(JobState.ADMITTING, JobState.QUEUED, JobState.RUNNING)])
        return Census(jobs, max(0.0, waiting_s))

    def _speed(self) -> float | None:
        completed = [row.job for row in self._rows.values() if row.job.state is JobState.COMPLETED]
        recent = sorted(completed, key=lambda job: job.ended_at or job.created_at, reverse=True)[:20]
        audio_s = sum(((job.counted_samples or 0) - job.resumed_samples) / job.audio.rate_hz for job in recent)
        spans = [job.ended_at - job.started_at for job in recent if job.ended_at and job.started_at]
        spent_s = sum(span.total_seconds() for span in spans)
        return audio_s / spent_s or None if spent_s else None

    def _reached(self, tier: Tier) -> int:
        jobs = [row.job for row in self._rows.values() if row.job.tier is tier and row.job.started_at is not None]
        return max((job.turn_s for job in jobs if job.turn_s is not None), default=0)

    def _clock_s(self, tier: Tier) -> int:
        return max((row.clock_s or 0 for row in self._rows.values() if row.job.tier is tier), default=0)

    def _end_s(self, owner_id: str, tier: Tier) -> int:
        jobs = [row.job for row in self._rows.values() if (row.job.owner_id, row.job.tier) == (owner_id, tier)]
        last = max((job for job in jobs if job.turn_s is not None), key=lambda job: job.turn_s or 0, default=None)
        if last is None:
            return 0
        done_s = -(-last.done_samples // last.audio.rate_hz)
        return (last.turn_s or 0) + (min(last.reserved_s, done_s) if last.state.ended else last.reserved_s)

    def _ahead(self, job: Job) -> list[Job]:
        """Those of its tier that are taken up before it; who has no turn yet will stand after their owner's last."""
        tier = [row.job for row in self._oldest(JobState.QUEUED, JobState.RUNNING) if row.job.tier is job.tier]
        came: dict[str, int] = {}
        for each in tier:
            if each.turn_s is not None:
                end_s = max(came.get(each.owner_id, 0), each.turn_s + each.reserved_s)
                came[each.owner_id] = end_s
        places: dict[str, tuple[int, datetime.datetime, str]] = {}
        for each in (one for one in tier if one.state is JobState.QUEUED):
            place_s = each.turn_s
            if place_s is None:
                place_s = came[each.owner_id] = max(came.get(each.owner_id, 0), self._reached(job.tier))
                came[each.owner_id] += each.reserved_s
            places[each.job_id] = (place_s, each.created_at, each.job_id)
        return [self._rows[other].job for other, place in places.items() if place < places[job.job_id]]

    def _is_free(self, row: Row) -> bool:
        if row.job.state is JobState.QUEUED:
            return row.job.turn_s is not None and not self._rests(row)
        return row.job.lease_until is not None and row.job.lease_until < self._now

    def _after(self, seconds: float) -> datetime.datetime:
        return self._now + datetime.timedelta(seconds=seconds)

    def _rests(self, row: Row) -> bool:
        return row.paused_until is not None and row.paused_until > self._now

    def _in(self, job_id: str, *states: JobState) -> Row | None:
        row = self._rows.get(job_id)
        return row if row is not None and row.job.state in states else None

    def _held(self, job_id: str, attempt: int, **changes: object) -> Row | None:
        row = self._in(job_id, JobState.RUNNING)
        if row is None or row.job.attempt != attempt:
            return None
        row.job = replace(row.job, **changes)  # type: ignore[arg-type]  # each caller names fields of Job
        return row

    def _ended(self, row: Row, state: JobState, conclude_after_s: float) -> None:
        row.job = replace(row.job, state=state, worker=None, lease_until=None, ended_at=self._now)
        row.conclude_at = self._after(conclude_after_s)

    def _oldest(self, *states: JobState) -> list[Row]:
        rows = [row for row in self._rows.values() if row.job.state in states]
        return sorted(rows, key=lambda row: (row.job.created_at, row.job.job_id))


def _stands(job: Job) -> bool:
    """Whether it holds one of its owner's places."""
    return job.state is JobState.RUNNING or job.turn_s is not None


def _place(job: Job) -> tuple[int, datetime.datetime, str]:
    return (-1 if job.turn_s is None else job.turn_s, job.created_at, job.job_id)


def _left_s(jobs: Sequence[Job]) -> float:
    return sum((job.audio.total_samples - job.done_samples) / job.audio.rate_hz for job in jobs)
