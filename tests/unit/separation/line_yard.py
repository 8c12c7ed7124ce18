"""A yard of workers at a line, in simulated time: the verbs and the store's fake as they are, songs of any length."""

from __future__ import annotations

import heapq
from dataclasses import dataclass

from chassis.testing.clock import ManualClock
from services.separation.domain.facts import Fact
from services.separation.domain.job import Audio, Ending, Job, JobState, NewJob
from services.separation.domain.tiers import LATEST, Tier, in_turn
from tests.unit.separation.memory_jobs import MemoryWork, Row

SPEED = 20.0
"""Seconds of audio that a worker does in one."""
RATE_HZ = 1000
LEASE_S = 1e9


@dataclass(frozen=True)
class Person:
    """Somebody with a plan."""

    name: str
    tier: Tier = Tier.STANDARD
    places: int = 1


@dataclass(frozen=True)
class Taken:
    """A job as it was taken up: when, and how long it had waited by then."""

    job_id: str
    owner: str
    tier: Tier
    at_s: float
    waited_s: float
    audio_s: int


class LineYard:
    """Workers that take up jobs as soon as there are any, by the same rules as real ones, and never fail."""

    def __init__(self, workers: int) -> None:
        self.clock = ManualClock()
        self.rows: dict[str, Row] = {}
        self.taken: list[Taken] = []
        self.running_at_once: dict[str, int] = {}
        self.idle_beside_work = 0
        self._began = self.clock.now()
        self._free = workers
        self._working: list[tuple[float, str]] = []

    @property
    def now_s(self) -> float:
        return (self.clock.now() - self._began).total_seconds()

    def work(self) -> MemoryWork:
        facts: list[Fact] = []
        return MemoryWork(self.rows, facts, {}, self.clock.now())

    async def submit(self, person: Person, audio_s: int) -> str:
        """Hand in a song; workers that are free take up what they can."""
        job_id = f"job_{len(self.rows):05d}"
        audio = Audio(RATE_HZ, 2, 16, "flac", audio_s * RATE_HZ)
        new = NewJob(
            job_id, f"trk_{job_id}", "upl_1", person.name, "baseline", ("vocals",), audio, audio_s,
            tier=person.tier, parallel_jobs=person.places,
        )  # fmt: skip  # columns read better than one field a line
        work = self.work()
        await work.insert(new)
        await work.admit(job_id)
        await work.line_up(person.name)
        await self._take_up()
        self._look()
        return job_id

    async def until(self, at_s: float) -> None:
        """Let the workers work until then."""
        while self._working and self._working[0][0] <= at_s:
            await self._end_first()
        self.clock.advance(seconds=max(0.0, at_s - self.now_s))

    async def until_empty(self, jobs_max: int = 1_000_000) -> None:
        """Let them work until all is done, or so many more were taken up."""
        until = len(self.taken) + jobs_max
        while self._working and len(self.taken) < until:
            await self._end_first()

    async def jobs_ahead(self, job_id: str) -> int:
        """The place that its owner is told."""
        work = self.work()
        job = await work.get(job_id)
        assert job is not None
        return (await work.queues_before([job]))[job_id].jobs_ahead

    async def _end_first(self) -> None:
        at_s, job_id = heapq.heappop(self._working)
        self.clock.advance(seconds=max(0.0, at_s - self.now_s))
        work, job = self.work(), self.rows[job_id].job
        assert await work.end(job_id, job.attempt, Ending(JobState.COMPLETED, job.audio.total_samples), 0)
        await work.line_up(job.owner_id)
        self._free += 1
        await self._take_up()
        self._look()

    async def _take_up(self) -> None:
        while self._free:
            work = self.work()
            for tier in in_turn(await work.latest_tiers(LATEST)):
                job = await work.claim(tier, "worker", LEASE_S)
                if job is not None:
                    self._note(job)
                    break
            else:
                return
            self.clock.advance(milliseconds=1)

    def _look(self) -> None:
        """Count the moments at which a worker idles though somebody has a song waiting and may have it run."""
        open_jobs = [row.job for row in self.rows.values() if not row.job.state.ended]
        for owner in {job.owner_id for job in open_jobs if job.state is JobState.QUEUED}:
            mine = [job for job in open_jobs if job.owner_id == owner]
            running = sum(job.state is JobState.RUNNING for job in mine)
            places = mine[-1].parallel_jobs
            self.idle_beside_work += self._free > 0 and (not places or running < places)

    def _note(self, job: Job) -> None:
        self._free -= 1
        waited_s = (self.clock.now() - job.created_at).total_seconds()
        audio_s = job.reserved_s
        self.taken.append(Taken(job.job_id, job.owner_id, job.tier, self.now_s, waited_s, audio_s))
        heapq.heappush(self._working, (self.now_s + audio_s / SPEED, job.job_id))
        running = [r.job for r in self.rows.values() if r.job.state is JobState.RUNNING]
        mine = sum(each.owner_id == job.owner_id for each in running)
        self.running_at_once[job.owner_id] = max(mine, self.running_at_once.get(job.owner_id, 0))
