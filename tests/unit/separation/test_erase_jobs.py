"""The erasure of a person's jobs, in memory."""

from __future__ import annotations

import pytest

from chassis.testing.clock import ManualClock
from services.separation.app.erase_jobs import Erased, erase_jobs
from services.separation.app.submit_job import Submission, submit_job
from services.separation.app.sweep import SweepLimits, sweep_unfinished
from services.separation.domain.errors import UploadGone
from services.separation.domain.facts import JobConcluded
from services.separation.domain.job import UploadGrant
from tests.unit.separation.erasure_promises import ADA, ErasurePromises, furnish
from tests.unit.separation.fake_parts import (
    FakeDecoders,
    FakeLedger,
    FakeMaterials,
    FakeMeasures,
    FakeModels,
    FakeUploads,
)
from tests.unit.separation.memory_jobs import MemoryJobs


@pytest.fixture
def jobs() -> MemoryJobs:
    return MemoryJobs(ManualClock())


class TestMemoryJobs(ErasurePromises):
    """The fake keeps what the real store promises."""

    @pytest.fixture
    def jobs(self) -> MemoryJobs:
        return MemoryJobs(ManualClock())


async def test_the_sweeper_tells_the_end_of_what_was_stopped(jobs: MemoryJobs) -> None:
    """Minutes go back and the end is told before the jobs' rows go; a sweep after that finds nothing to fail at."""
    names, ledger = await furnish(jobs, ADA), FakeLedger()
    materials, measures = FakeMaterials(), FakeMeasures()

    async def sweep() -> None:
        await sweep_unfinished(jobs, materials, ledger, measures, SweepLimits())

    assert not (await erase_jobs(jobs, lambda: None, ADA)).is_finished
    await sweep()
    assert {fact.job_id for fact in jobs.facts if isinstance(fact, JobConcluded)} == {*names[:3]}
    assert await erase_jobs(jobs, lambda: None, ADA) == Erased(True, {"jobs": 4})
    await sweep()
    assert not jobs.rows


async def test_a_song_that_is_being_looked_into_is_not_taken_in(jobs: MemoryJobs) -> None:
    """A submission that an erasure overtakes ends as one whose upload is gone, and leaves neither job nor minutes."""
    ledger = FakeLedger()
    await erase_jobs(jobs, lambda: None, "usr_1")
    with pytest.raises(UploadGone):
        await submit_job(
            jobs,
            ledger,
            FakeUploads(),
            FakeDecoders(),
            FakeModels(),
            Submission("job_1", "trk_1", "usr_1", UploadGrant("upl_1", 1, b"k" * 32), ""),
            queued_max=9,
            queue_retry_s=7.0,
        )
    assert not jobs.rows
    assert not ledger.reserved
