"""How far the separations of several tracks are."""

from __future__ import annotations

from chassis.testing.clock import ManualClock
from services.separation.app.get_job import get_job_of_track
from services.separation.app.list_jobs_of_tracks import PLACES_MAX, TRACKS_MAX, list_jobs_of_tracks
from services.separation.domain.job import Audio, JobState, NewJob
from tests.unit.separation.memory_jobs import MemoryJobs

AUDIO = Audio(1000, 2, 16, "flac", 60_000)


async def queue(jobs: MemoryJobs, clock: ManualClock, name: str, owner_id: str = "usr_1") -> None:
    async with jobs.transaction() as work:
        await work.insert(NewJob(f"job_{name}", f"trk_{name}", "upl_1", owner_id, "baseline", ("vocals",), AUDIO, 60))
        await work.admit(f"job_{name}")
    clock.advance(seconds=1)


async def test_each_has_the_place_that_it_has_alone() -> None:
    """Of every track in one answer what a question for it alone tells, oldest first; none that is another's."""
    clock = ManualClock()
    jobs = MemoryJobs(clock)
    for name in "abc":
        await queue(jobs, clock, name)
    await queue(jobs, clock, "other", "usr_2")
    await queue(jobs, clock, "d")
    async with jobs.transaction() as work:
        await work.claim("job_a", "worker", 10.0)
        await work.cancel("job_b")
    names = ["trk_d", "trk_c", "trk_b", "trk_a", "trk_other", "trk_none", "trk_d"]
    told = await list_jobs_of_tracks(jobs, "usr_1", names)
    assert told == [await get_job_of_track(jobs, "usr_1", f"trk_{name}") for name in "abcd"]
    assert [(job.state, before.jobs_ahead) for job, before in told] == [
        (JobState.RUNNING, 0),
        (JobState.CANCELLED, 0),
        (JobState.QUEUED, 0),
        (JobState.QUEUED, 2),
    ]


async def test_an_answer_is_bounded() -> None:
    """Of many that wait the oldest are told, and of too many names the first are looked for."""
    clock = ManualClock()
    jobs = MemoryJobs(clock)
    for number in range(PLACES_MAX + 2):
        await queue(jobs, clock, f"{number:03d}")
    names = [f"trk_{number:03d}" for number in range(PLACES_MAX + 2)]
    told = await list_jobs_of_tracks(jobs, "usr_1", names[::-1])
    assert [job.track_id for job, _ in told] == names[:PLACES_MAX]
    assert await list_jobs_of_tracks(jobs, "usr_1", ["trk_none"] * TRACKS_MAX + names) == []
