"""Putting right what was lost on the way."""

from __future__ import annotations

import asyncio
from collections.abc import Sequence
from dataclasses import dataclass, field

import pytest

from chassis.testing.clock import ManualClock
from services.separation.app.claim_job import claim_job
from services.separation.app.conclude_job import conclude_job
from services.separation.app.sweep import SweepLimits, sweep_queue, sweep_unfinished
from services.separation.domain.errors import DependencyAway, JobMismatch, MinutesExhausted, UploadRefused
from services.separation.domain.facts import JobConcluded, JobQueued
from services.separation.domain.job import GAVE_UP, PAUSES_S, Audio, Ending, Job, JobState, NewJob
from services.separation.domain.tiers import Tier
from tests.unit.separation.fake_parts import FakeLedger, FakeMaterials, FakeMeasures
from tests.unit.separation.memory_jobs import MemoryJobs, MemoryWork


@dataclass
class CountingLedger(FakeLedger):
    """Billing that answers a reservation when it is let; it tells how many were asked, and when something was ended."""

    asked: int = 0
    hides_cancellation: bool = False
    let: asyncio.Event = field(default_factory=asyncio.Event)
    begun: asyncio.Event = field(default_factory=asyncio.Event)
    ended: asyncio.Event = field(default_factory=asyncio.Event)

    def __post_init__(self) -> None:
        self.let.set()

    async def reserve(self, owner_id: str, job_id: str, seconds: int) -> None:
        self.asked += 1
        self.begun.set()
        try:
            await self.let.wait()
        except asyncio.CancelledError:
            if self.hides_cancellation:
                raise DependencyAway("billing") from None
            raise
        await super().reserve(owner_id, job_id, seconds)

    async def settle(self, job_id: str, seconds: int) -> None:
        await super().settle(job_id, seconds)
        self.ended.set()


class Yard:
    """Jobs and a sweeper."""

    def __init__(self) -> None:
        self.clock = ManualClock()
        self.jobs = MemoryJobs(self.clock)
        self.ledger: FakeLedger = FakeLedger()
        self.materials = FakeMaterials()
        self.measures = FakeMeasures()

    async def job(self, job_id: str, *, queued: bool = True) -> None:
        audio = Audio(1000, 2, 16, "flac", 60_000)
        async with self.jobs.transaction() as work:
            await work.insert(NewJob(job_id, "trk_1", "upl_1", "usr_1", "baseline", ("vocals",), audio, 60))
            if queued:
                await work.admit(job_id)
                await work.line_up("usr_1")

    async def claim(self, attempts_max: int = 5) -> Job | None:
        return await claim_job(self.jobs, Tier.STANDARD, "worker", lease_s=10.0, attempts_max=attempts_max)

    async def sweep(self) -> None:
        self.jobs.facts.clear()
        await sweep_queue(self.jobs, self.measures, SweepLimits())
        await sweep_unfinished(self.jobs, self.materials, self.ledger, self.measures, SweepLimits())

    def state(self, job_id: str) -> JobState:
        return self.jobs.rows[job_id].job.state


async def test_unheard_jobs_are_announced_again() -> None:
    """A queued job that nobody took for a while is announced again, and not more often than that."""
    yard = Yard()
    await yard.job("job_1")
    await yard.sweep()
    assert yard.jobs.facts == []
    yard.clock.advance(seconds=16)
    await yard.sweep()
    assert yard.jobs.facts == [JobQueued("job_1")]
    await yard.sweep()
    assert yard.jobs.facts == []


async def test_a_dead_workers_job_returns_at_once() -> None:
    """When a lease runs out its job is queued and announced in the same sweep, and the old attempt can do no more."""
    yard = Yard()
    await yard.job("job_1")
    claimed = await yard.claim()
    assert claimed is not None
    await yard.sweep()
    assert yard.state("job_1") is JobState.RUNNING
    yard.clock.advance(seconds=10.1)
    await yard.sweep()
    assert yard.jobs.facts == [JobQueued("job_1")]
    assert yard.state("job_1") is JobState.QUEUED
    async with yard.jobs.transaction() as work:
        assert not await work.end("job_1", claimed.attempt, Ending(JobState.COMPLETED, 60_000), 0)


async def test_one_persons_disorder_keeps_nobody_else_waiting(monkeypatch: pytest.MonkeyPatch) -> None:
    """Where one person's places cannot be given out, the others' are, and the jobs are counted all the same."""
    yard = Yard()
    audio = Audio(1000, 2, 16, "flac", 60_000)
    async with yard.jobs.transaction() as work:
        for owner_id in ("usr_1", "usr_2"):
            await work.insert(NewJob(f"job_{owner_id}", "trk_1", "upl_1", owner_id, "baseline", (), audio, 60))
            await work.admit(f"job_{owner_id}")
        lined_up = MemoryWork.line_up

    async def line_up(work: MemoryWork, owner_id: str) -> Sequence[JobQueued]:
        if owner_id == "usr_1":
            raise ValueError("a turn after the clock")
        return await lined_up(work, owner_id)

    monkeypatch.setattr(MemoryWork, "line_up", line_up)
    yard.clock.advance(seconds=1)
    await yard.sweep()
    assert yard.jobs.facts == [JobQueued("job_usr_2")]
    assert yard.measures.counts is not None


async def test_half_done_admissions_are_finished() -> None:
    """An admission that broke off is finished after a minute, not before: its minutes are reserved and it is queued."""
    yard = Yard()
    await yard.job("job_1", queued=False)
    await yard.sweep()
    assert "job_1" in yard.jobs.rows
    yard.clock.advance(seconds=61)
    yard.ledger.away = True
    await yard.sweep()
    assert "job_1" in yard.jobs.rows
    yard.ledger.away = False
    yard.clock.advance(seconds=6)
    await yard.sweep()
    assert yard.ledger.released == []
    assert "job_1" in yard.ledger.reserved
    assert yard.state("job_1") is JobState.QUEUED
    assert yard.jobs.facts == [JobQueued("job_1")]


@pytest.mark.parametrize(
    "refusal",
    [
        MinutesExhausted("There are none left.", {}),
        UploadRefused("SECONDS_INVALID", "Seconds must be a positive number."),
        JobMismatch(),
    ],
)
async def test_half_done_admission_that_is_refused_disappears(refusal: Exception) -> None:
    """An admission that broke off and will never get its minutes is removed; its identifier may be sent again."""
    yard = Yard()
    await yard.job("job_1", queued=False)
    yard.clock.advance(seconds=61)
    yard.ledger.refusal = refusal
    await yard.sweep()
    assert "job_1" not in yard.jobs.rows


@pytest.mark.parametrize("refusal", [DependencyAway("billing"), RuntimeError("a fault")])
async def test_an_admission_that_fails_is_put_off(refusal: Exception) -> None:
    """An admission that cannot be finished is tried again after a while, not in every sweep."""
    yard = Yard()
    yard.ledger = ledger = CountingLedger(refusal=refusal)
    await yard.job("job_1", queued=False)
    yard.clock.advance(seconds=61)
    await yard.sweep()
    await yard.sweep()
    assert ledger.asked == 1
    yard.clock.advance(seconds=5)
    ledger.refusal = None
    await yard.sweep()
    assert ledger.asked == 2
    assert yard.state("job_1") is JobState.QUEUED


async def test_nobody_waits_for_a_service_that_hangs() -> None:
    """While billing hangs, a few admissions are under way at once, ends are concluded and lost jobs announced."""
    yard = Yard()
    yard.ledger = ledger = CountingLedger()
    ledger.let.clear()
    for number in range(6):
        await yard.job(f"job_{number}", queued=False)
    await yard.job("job_ended")
    await yard.job("job_lost")
    claimed = [await yard.claim() for _ in ("job_ended", "job_lost")]
    assert claimed[0] is not None
    async with yard.jobs.transaction() as work:
        await work.end("job_ended", claimed[0].attempt, Ending(JobState.COMPLETED, 58_001), 0)
    yard.clock.advance(seconds=61)
    limits = SweepLimits(at_once=4)
    sweeping = asyncio.create_task(sweep_unfinished(yard.jobs, yard.materials, ledger, yard.measures, limits))
    async with asyncio.timeout(10):
        await ledger.ended.wait()
    await sweep_queue(yard.jobs, yard.measures, limits)
    assert JobQueued("job_lost") in yard.jobs.facts
    assert ledger.settled == {"job_ended": 59}
    assert (ledger.asked, ledger.reserved) == (4, {})
    ledger.let.set()
    async with asyncio.timeout(10):
        await sweeping
    assert len(ledger.reserved) == 6


async def test_a_sweeper_is_stopped_in_mid_call() -> None:
    """Told to stop while a service hangs, it stops, and nothing is changed."""
    yard = Yard()
    yard.ledger = ledger = CountingLedger(hides_cancellation=True)
    ledger.let.clear()
    await yard.job("job_1", queued=False)
    yard.clock.advance(seconds=61)
    sweeping = asyncio.create_task(yard.sweep())
    async with asyncio.timeout(10):
        await ledger.begun.wait()
    sweeping.cancel()
    await asyncio.wait([sweeping], timeout=10)
    assert sweeping.cancelled()
    assert yard.jobs.rows["job_1"].paused_until is None


async def test_a_failed_try_rests_before_the_next() -> None:
    """After a try that counts a job is neither taken up nor announced for a pause that grows; then it is announced."""
    yard = Yard()
    await yard.job("job_1")
    for pause_s in (*PAUSES_S, PAUSES_S[-1]):
        claimed = await yard.claim(attempts_max=9)
        assert claimed is not None
        async with yard.jobs.transaction() as work:
            assert await work.give_back("job_1", claimed.attempt, counts=True)
        yard.clock.advance(seconds=pause_s - 0.1)
        await yard.sweep()
        assert yard.jobs.facts == []
        assert await yard.claim() is None
        yard.clock.advance(seconds=0.1)
        await yard.sweep()
        assert yard.jobs.facts == [JobQueued("job_1")]
        await yard.sweep()
        assert yard.jobs.facts == []


async def test_a_job_handed_back_in_good_order_does_not_rest() -> None:
    """A try that does not count leaves the job free for the next worker at once."""
    yard = Yard()
    await yard.job("job_1")
    claimed = await yard.claim()
    assert claimed is not None
    async with yard.jobs.transaction() as work:
        assert await work.give_back("job_1", claimed.attempt, counts=False)
    assert await yard.claim() is not None


async def test_a_job_that_never_gets_on_is_given_up() -> None:
    """After so many attempts without a segment a job fails, and its minutes are given back."""
    yard = Yard()
    await yard.job("job_1")
    for _ in range(2):
        claimed = await yard.claim(attempts_max=2)
        assert claimed is not None
        assert claimed.state is JobState.RUNNING
        yard.clock.advance(seconds=11)
    given_up = await yard.claim(attempts_max=2)
    assert given_up is not None
    assert (given_up.state, given_up.failure) == (JobState.FAILED, GAVE_UP)
    yard.clock.advance(seconds=11)
    await yard.sweep()
    assert yard.ledger.released == ["job_1"]


async def test_progress_forgives_earlier_tries() -> None:
    """A job that commits segments between crashes is never given up."""
    yard = Yard()
    await yard.job("job_1")
    for number in range(6):
        claimed = await yard.claim(attempts_max=2)
        assert claimed is not None
        assert claimed.state is JobState.RUNNING
        async with yard.jobs.transaction() as work:
            await work.progress("job_1", claimed.attempt, 5000 * number)
        yard.clock.advance(seconds=11)


async def test_conclusions_are_made_up_for() -> None:
    """An end that could not be told is told later, once: library, billing, and one fact."""
    yard = Yard()
    for job_id in ("job_1", "job_2"):
        await yard.job(job_id)
    claimed = await yard.claim()
    assert claimed is not None
    async with yard.jobs.transaction() as work:
        await work.end("job_1", claimed.attempt, Ending(JobState.COMPLETED, 58_001), 0)
        await work.cancel("job_2")
    yard.materials.faults = {"job_1": DependencyAway("library"), "job_2": RuntimeError("a fault")}
    await yard.sweep()
    assert yard.jobs.facts == []
    yard.materials.faults.clear()
    await yard.sweep()
    assert yard.jobs.facts == []
    yard.clock.advance(seconds=6)
    await yard.sweep()
    assert {fact.job_id for fact in yard.jobs.facts if isinstance(fact, JobConcluded)} == {"job_1", "job_2"}
    assert (yard.ledger.settled, yard.ledger.released) == ({"job_1": 59}, ["job_2"])
    await conclude_job(yard.jobs, yard.materials, yard.ledger, yard.measures, "job_1")
    assert len(yard.jobs.facts) == 2
    assert sorted(yard.measures.outcomes) == [JobState.CANCELLED, JobState.COMPLETED]


async def test_a_completion_that_nobody_wants_costs_nothing() -> None:
    """A job that completed just after its track was stopped or begun anew gives its minutes back, as cancelled."""
    yard = Yard()
    await yard.job("job_1")
    claimed = await yard.claim()
    assert claimed is not None
    async with yard.jobs.transaction() as work:
        await work.end("job_1", claimed.attempt, Ending(JobState.COMPLETED, 58_001), 0)
    yard.materials.unwanted.add("job_1")
    await yard.sweep()
    assert (yard.ledger.settled, yard.ledger.released) == ({}, ["job_1"])
    assert yard.jobs.facts == [JobConcluded("job_1", "trk_1", "upl_1", "usr_1", JobState.CANCELLED)]
    assert yard.measures.outcomes == [JobState.CANCELLED]


async def test_gauges_tell_what_waits() -> None:
    """A sweep counts open jobs and the audio in them."""
    yard = Yard()
    await yard.job("job_1")
    await yard.job("job_2", queued=False)
    await yard.sweep()
    assert yard.measures.counts is not None
    assert yard.measures.counts.jobs == {(Tier.STANDARD, "queued"): 1, (Tier.STANDARD, "admitting"): 1}
    assert yard.measures.counts.audio_waiting_s == 120.0
