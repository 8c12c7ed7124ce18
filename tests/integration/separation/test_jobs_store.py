"""The jobs' store on real PostgreSQL, driven beside its fake: the same answers, and leases that nobody shares."""

from __future__ import annotations

import asyncio
import contextlib
from collections.abc import Awaitable, Callable
from dataclasses import replace
from typing import Any

import pytest
from hypothesis import settings
from hypothesis import strategies as st
from hypothesis.stateful import (
    RuleBasedStateMachine,
    initialize,
    invariant,
    precondition,
    rule,
    run_state_machine_as_test,
)

from chassis.db.pool import Database
from chassis.testing.clock import ManualClock
from chassis.testing.postgres import PostgresServer
from services.separation.app.ports import JobWork
from services.separation.domain.facts import JobQueued
from services.separation.domain.job import LAWFUL_MOVES, PAUSES_S, Audio, Ending, Failure, Job, JobState, NewJob
from services.separation.domain.remark import Remark
from services.separation.domain.tiers import Tier
from services.separation.events.envelopes import encode
from services.separation.store.jobs import PostgresJobs, PostgresJobWork
from services.separation.wiring import MIGRATIONS
from tests.unit.separation.erasure_promises import ErasurePromises
from tests.unit.separation.memory_jobs import MemoryJobs, MemoryWork

LEASE_S = 10.0
JOBS = 4
NUMBERS = st.integers(0, JOBS - 1)
OWNERS = st.sampled_from(["usr_1", "usr_2"])
TIERS = st.sampled_from([Tier.STANDARD, Tier.FIRST])


# One with its word, and one as code of before there were words left it.
CLIPPED, ODD = Remark("CLIPPED", "clipped", (("count", "3"),)), Remark("", "odd")


def new_job(number: int) -> NewJob:
    audio = Audio(1000 * (number + 1), 2, 16, "flac", 60_000)
    return NewJob(
        f"job_{number}", f"trk_{number % 2}", "upl_1", "usr_1", "baseline", ("vocals", "other"), audio, 60, (ODD,)
    )


async def of_tracks(work: JobWork, owner_id: str, track_ids: list[str]) -> list[str]:
    """Names of the newest jobs, in their own order: which of the tracks comes first is nobody's business."""
    assert isinstance(work, PostgresJobWork | MemoryWork)
    return sorted(job.job_id for job in await work.newest_of_tracks(owner_id, track_ids))


def new_job_of(number: int, owner: str, tier: Tier, places: int) -> NewJob:
    """Another person's, of another length."""
    return replace(new_job(number), owner_id=owner, tier=tier, parallel_jobs=places, reserved_s=60 + number % 3)


class Leases(RuleBasedStateMachine):
    """Every operation is done on the fake and on PostgreSQL; answers and jobs must be equal."""

    runner: asyncio.Runner
    database: Database

    def __init__(self) -> None:
        super().__init__()
        self.clock = ManualClock()
        self.fake = MemoryJobs(self.clock)
        self.real = PostgresJobs(self.database, encode, self.clock)
        self.held: dict[str, int] = {}
        self.before: dict[str, Job] = {}
        self.ends: dict[str, int] = {}

    @initialize()
    def empty(self) -> None:
        self.runner.run(self.database.pool.execute("TRUNCATE jobs, outbox"))

    def both(self, operation: Callable[[JobWork], Awaitable[Any]]) -> Any:
        async def run(jobs: MemoryJobs | PostgresJobs) -> Any:
            async with jobs.transaction() as work:
                return await operation(work)

        answers = [self.runner.run(run(jobs)) for jobs in (self.fake, self.real)]
        assert _close(answers[0], answers[1])
        return answers[1]

    @rule(number=NUMBERS, owner=OWNERS, tier=TIERS, places=st.integers(0, 2))
    def insert(self, number: int, owner: str, tier: Tier, places: int) -> None:
        self.both(lambda work: work.insert(new_job_of(number, owner, tier, places)))
        self.clock.advance(milliseconds=1)

    @rule(number=NUMBERS)
    def admit(self, number: int) -> None:
        self.both(lambda work: work.admit(f"job_{number}"))

    @rule(owner=OWNERS)
    def line_up(self, owner: str) -> None:
        self.both(lambda work: work.owners_with_places(1))
        self.both(lambda work: work.line_up(owner))

    @rule(number=NUMBERS)
    def remove(self, number: int) -> None:
        if self.both(lambda work: work.remove_admitting(f"job_{number}")):
            del self.before[f"job_{number}"]

    @rule(number=NUMBERS, owner=OWNERS, tier=TIERS, places=st.integers(0, 2), claims=st.booleans())
    def take_in(self, number: int, owner: str, tier: Tier, places: int, claims: bool) -> None:
        # Chance alone seldom gets a job as far as a worker.
        self.insert(number, owner, tier, places)
        self.admit(number)
        self.line_up(owner)
        self.the_same_and_lawful()
        if claims:
            self.claim(tier, "a")

    @rule(tier=TIERS, worker=st.sampled_from(["a", "b"]))
    def claim(self, tier: Tier, worker: str) -> None:
        job = self.both(lambda work: work.claim(tier, worker, LEASE_S))
        self.clock.advance(milliseconds=1)
        if job is not None:
            job_id, before = job.job_id, self.before[job.job_id]
            assert job.turn_s == min(
                each.turn_s
                for each in self.before.values()
                if each.tier is tier and (each.state is JobState.QUEUED or each is before) and each.turn_s is not None
                if self.fake.rows[each.job_id].paused_until is None or each is before
            )
            assert before.lease_until is None or before.lease_until < self.clock.now()
            assert job.attempt == before.attempt + 1
            self.held[job_id] = job.attempt

    @precondition(lambda self: self.held)
    @rule(
        data=st.data(),
        older=st.integers(0, 1),
        how=st.sampled_from(["extend", "progress", "resume", "weights", "back", "again"]),
    )
    def hold(self, data: st.DataObject, older: int, how: str) -> None:
        job_id = data.draw(st.sampled_from(sorted(self.held)))
        attempt = self.held[job_id] - older
        operations: dict[str, Callable[[JobWork], Awaitable[object]]] = {
            "extend": lambda work: work.extend(job_id, attempt, LEASE_S),
            "progress": lambda work: work.progress(job_id, attempt, 5000),
            "resume": lambda work: work.progress(job_id, attempt, 4000, resumed=True),
            "weights": lambda work: work.note_weights(job_id, attempt, f"{attempt:064x}"),
            "back": lambda work: work.give_back(job_id, attempt, counts=False),
            "again": lambda work: work.give_back(job_id, attempt, counts=True),
        }
        changed = self.both(operations[how])
        assert not (changed and older)

    @precondition(lambda self: self.held)
    @rule(data=st.data(), older=st.integers(0, 1), fails=st.booleans())
    def end(self, data: st.DataObject, older: int, fails: bool) -> None:
        job_id = data.draw(st.sampled_from(sorted(self.held)))
        ending = Ending(JobState.COMPLETED, counted_samples=61_000, remarks=(CLIPPED,))
        if fails:
            ending = Ending(JobState.FAILED, failure=Failure("DAMAGED", "It is damaged.", retryable=False))
        changed = self.both(lambda work: work.end(job_id, self.held[job_id] - older, ending, 2.0))
        assert not (changed and older)

    @rule(number=NUMBERS)
    def cancel(self, number: int) -> None:
        self.both(lambda work: work.cancel(f"job_{number}"))

    @rule(number=NUMBERS)
    def conclude(self, number: int) -> None:
        if self.both(lambda work: work.conclude(f"job_{number}")):
            self.ends[f"job_{number}"] = self.ends.get(f"job_{number}", 0) + 1

    @rule(number=NUMBERS)
    def defer(self, number: int) -> None:
        self.both(lambda work: work.defer_admission(f"job_{number}", 65.0))
        self.both(lambda work: work.defer_conclusion(f"job_{number}", 5.0))

    @rule(seconds=st.sampled_from([0.5, 0.5, 11.0, 11.0, 70.0]))
    def time_passes(self, seconds: float) -> None:
        self.clock.advance(seconds=seconds)

    @rule(limit=st.integers(1, 3), seconds=st.sampled_from([0.0, 11.0, 16.0, 70.0]))
    def sweep(self, limit: int, seconds: float) -> None:
        self.clock.advance(seconds=seconds)

        async def all_of_it(work: JobWork) -> tuple[Any, ...]:
            expired = await work.requeue_expired(limit)
            unanswered = [await work.take_unanswered(tier, 15.0, limit) for tier in Tier]
            return expired, *unanswered, await work.stale_admissions(60.0, limit), await work.unconcluded(limit)

        self.both(all_of_it)

    @invariant()
    def the_same_and_lawful(self) -> None:
        for job in self.both(_everything)[0]:
            before = self.before.get(job.job_id)
            if before is not None:
                assert job.state == before.state or job.state in LAWFUL_MOVES[before.state]
                assert job.attempt >= before.attempt
            assert (job.state is JobState.RUNNING) == (job.lease_until is not None)
            assert job.state.ended == (job.ended_at is not None)
            self.before[job.job_id] = job
        assert all(count == 1 for count in self.ends.values())


async def _everything(work: JobWork) -> tuple[Any, ...]:
    """All that can be read, the jobs first: in one transaction, for there are many readings."""
    found = [await work.get(f"job_{number}") for number in range(JOBS)]
    jobs = tuple(job for job in found if job is not None)
    queued = [job for job in jobs if job.state is JobState.QUEUED]
    asked = (*queued, *jobs[:1])
    together = await work.queues_before(asked)
    # Alone each is told what it is told among others.
    for job in asked:
        assert _close((await work.queues_before([job]))[job.job_id], together[job.job_id])
    queues = tuple(together[job.job_id] for job in asked)
    counts = (await work.queued_count(), *[await work.queued_count_of(owner) for owner in ("usr_1", "usr_2")])
    newest = (
        await work.newest_of_track("trk_0"),
        await of_tracks(work, "usr_1", ["trk_1", "trk_0", "trk_0", "trk_none"]),
        await of_tracks(work, "usr_2", ["trk_1"]),
    )
    return jobs, queues, counts, newest, tuple(await work.latest_tiers(3)), await work.census()


def _close(left: Any, right: Any) -> bool:
    """Equal; lists in any order, floats nearly."""
    if isinstance(left, tuple) and left:
        return len(left) == len(right) and all(_close(one, two) for one, two in zip(left, right, strict=True))
    if isinstance(left, list):
        return sorted(left, key=repr) == sorted(right, key=repr)
    if hasattr(left, "audio_waiting_s"):
        return bool(left.jobs == right.jobs and left.audio_waiting_s == pytest.approx(right.audio_waiting_s))
    if hasattr(left, "audio_ahead_s"):
        pairs = [
            (left.audio_ahead_s, right.audio_ahead_s),
            (left.own_ahead_s, right.own_ahead_s),
            (left.speed, right.speed),
        ]
        same = (left.jobs_ahead, left.workers, left.own_places) == (
            right.jobs_ahead,
            right.workers,
            right.own_places,
        )
        return same and all(one == pytest.approx(two) for one, two in pairs)
    return bool(left == right)


def test_leases_are_never_shared(postgres: PostgresServer) -> None:
    """Whatever is done: one holder, rising attempts, lawful moves, one end; and the fake agrees."""
    with asyncio.Runner() as runner, contextlib.ExitStack() as stack:
        context = postgres.database("separation", MIGRATIONS)
        database = runner.run(context.__aenter__())
        stack.callback(lambda: runner.run(context.__aexit__(None, None, None)))

        class Bound(Leases):
            pass

        Bound.runner, Bound.database = runner, database
        run_state_machine_as_test(Bound, settings=settings(max_examples=30, stateful_step_count=30))


async def test_two_workers_race_for_one_job(database: Database) -> None:
    """Of many workers that claim a job at once, one gets it."""
    jobs = PostgresJobs(database, encode)
    async with jobs.transaction() as work:
        await work.insert(new_job(0))
        await work.admit("job_0")
        await work.line_up("usr_1")

    async def claim(worker: str) -> Job | None:
        async with jobs.transaction() as work:
            return await work.claim(Tier.STANDARD, worker, LEASE_S)

    claims = await asyncio.gather(*(claim(f"worker-{number}") for number in range(6)))
    assert [job.attempt for job in claims if job is not None] == [1]


async def test_a_failed_try_is_followed_by_a_growing_pause(database: Database) -> None:
    """A job given back after a try that counts can be claimed and is announced when its pause is over, not before."""
    clock = ManualClock()
    jobs = PostgresJobs(database, encode, clock)
    async with jobs.transaction() as work:
        await work.insert(new_job(0))
        await work.admit("job_0")
        await work.line_up("usr_1")
    for pause_s in (*PAUSES_S, PAUSES_S[-1]):
        async with jobs.transaction() as work:
            claimed = await work.claim(Tier.STANDARD, "a", LEASE_S)
            assert claimed is not None
            assert await work.give_back("job_0", claimed.attempt, counts=True)
        clock.advance(seconds=pause_s - 0.1)
        async with jobs.transaction() as work:
            assert await work.claim(Tier.STANDARD, "b", LEASE_S) is None
            assert await work.take_unanswered(Tier.STANDARD, 0.01, 10) == []
        clock.advance(seconds=0.1)
        async with jobs.transaction() as work:
            assert await work.take_unanswered(Tier.STANDARD, 15.0, 10) == [JobQueued("job_0")]
            assert await work.take_unanswered(Tier.STANDARD, 15.0, 10) == []


async def test_an_admission_is_put_off(database: Database) -> None:
    """A deferred admission is no stale one before its time, and rests no more once it is queued."""
    clock = ManualClock()
    jobs = PostgresJobs(database, encode, clock)
    async with jobs.transaction() as work:
        await work.insert(new_job(0))
    clock.advance(seconds=61)
    async with jobs.transaction() as work:
        assert await work.stale_admissions(60.0, 10) == ["job_0"]
        await work.defer_admission("job_0", 5.0)
        assert await work.stale_admissions(60.0, 10) == []
    clock.advance(seconds=5)
    async with jobs.transaction() as work:
        assert await work.stale_admissions(60.0, 10) == ["job_0"]
        await work.defer_admission("job_0", 5.0)
        await work.admit("job_0")
        await work.line_up("usr_1")
        assert await work.claim(Tier.STANDARD, "a", LEASE_S) is not None


class TestErasingFromPostgres(ErasurePromises):
    """PostgreSQL keeps what the store promises of people who are erased."""

    @pytest.fixture
    def jobs(self, database: Database) -> PostgresJobs:
        return PostgresJobs(database, encode, ManualClock())
