"""What every store of jobs promises of people who are erased; run on the fake and on PostgreSQL."""

from __future__ import annotations

from services.separation.app.erase_jobs import Erased, erase_jobs
from services.separation.app.ports import Jobs
from services.separation.domain.job import Audio, Ending, JobState, NewJob
from services.separation.domain.tiers import Tier

ADA, BOB = "usr_ada", "usr_bob"


def new_job(number: int, owner_id: str) -> NewJob:
    audio = Audio(1000, 2, 16, "flac", 60_000)
    # Each in a tier of their own, so that neither takes up the other's.
    tier = Tier.STANDARD if owner_id == ADA else Tier.FIRST
    names = (f"job_{owner_id}_{number}", f"trk_{owner_id}_{number}", "upl_1", owner_id, "baseline")
    return NewJob(*names, ("vocals",), audio, 60, tier=tier)


async def furnish(jobs: Jobs, owner_id: str) -> list[str]:
    """A job that is being admitted, one that waits, one that runs, and one that is over and concluded."""
    new = [new_job(number, owner_id) for number in range(4)]
    async with jobs.transaction() as work:
        for job in new:
            assert await work.insert(job)
        for job in (new[3], new[2], new[1]):
            assert await work.admit(job.job_id)
            await work.line_up(owner_id)
            if job is new[1]:
                break
            claimed = await work.claim(job.tier, "worker", 60.0)
            assert claimed is not None
            if claimed.job_id == new[3].job_id:
                assert await work.end(claimed.job_id, claimed.attempt, Ending(JobState.COMPLETED, 60_000), 0.0)
                assert await work.conclude(claimed.job_id)
    return [job.job_id for job in new]


class ErasurePromises:
    """Subclasses give the fixture `jobs`."""

    async def test_all_of_a_persons_jobs_go_once_concluded(self, jobs: Jobs) -> None:
        """What runs or waits is stopped and due to be concluded; only then it goes. A neighbour's are left alone."""
        names = await furnish(jobs, ADA)
        others = await furnish(jobs, BOB)
        woken: list[None] = []
        assert await erase_jobs(jobs, lambda: woken.append(None), ADA) == Erased(False, {"jobs": 1})
        assert woken
        async with jobs.transaction() as work:
            assert await work.get(names[3]) is None
            left = [await work.get(name) for name in names[:3]]
            assert [job and job.state for job in left] == [JobState.CANCELLED] * 3
            assert sorted(await work.unconcluded(9)) == sorted(names[:3])
            # A worker of the running one is fenced off.
            assert not await work.extend(names[2], 1, 60.0)
            for name in names[:2]:
                assert await work.conclude(name)
            await work.defer_conclusion(names[2], 3600.0)
        assert await erase_jobs(jobs, lambda: woken.append(None), ADA) == Erased(False, {"jobs": 3})
        async with jobs.transaction() as work:
            assert await work.unconcluded(9) == [names[2]]
            assert await work.conclude(names[2])
        done = Erased(True, {"jobs": 4})
        assert await erase_jobs(jobs, lambda: woken.append(None), ADA) == done
        assert await erase_jobs(jobs, lambda: woken.append(None), ADA) == done
        async with jobs.transaction() as work:
            assert [await work.get(name) for name in names] == [None] * 4
            states = [job.state if (job := await work.get(name)) else None for name in others]
        assert states == [JobState.ADMITTING, JobState.QUEUED, JobState.RUNNING, JobState.COMPLETED]

    async def test_who_is_erased_is_known(self, jobs: Jobs) -> None:
        """From the first request on; nobody else is."""
        await erase_jobs(jobs, lambda: None, ADA)
        async with jobs.transaction() as work:
            assert await work.is_erased(ADA)
            assert not await work.is_erased(BOB)
