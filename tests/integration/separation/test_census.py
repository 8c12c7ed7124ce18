"""What separation says that it holds of a person, on real PostgreSQL."""

from __future__ import annotations

from chassis.db.census import Holdings
from chassis.testing.clock import ManualClock
from chassis.testing.postgres import PostgresServer
from services.separation.app.erase_jobs import erase_jobs
from services.separation.events.envelopes import encode
from services.separation.store.holdings import KINDS
from services.separation.store.jobs import PostgresJobs
from services.separation.wiring import MIGRATIONS
from tests.unit.separation.erasure_promises import ADA, BOB, furnish


async def test_jobs_are_counted_until_they_are_erased(postgres: PostgresServer) -> None:
    """Every job of a person is counted, a neighbour's are not, and none is left once they are erased."""
    async with postgres.database("separation", MIGRATIONS) as database:
        jobs, holdings = PostgresJobs(database, encode, ManualClock()), Holdings(database, KINDS)
        for owner_id in (ADA, BOB):
            await furnish(jobs, owner_id)
        (counted,) = await holdings.of(ADA)
        assert (counted.kind.name, counted.count) == ("jobs", 4)
        assert counted.oldest is not None
        await erase_jobs(jobs, lambda: None, ADA)
        async with jobs.transaction() as work:
            for name in await work.unconcluded(9):
                await work.conclude(name)
        assert (await erase_jobs(jobs, lambda: None, ADA)).is_finished
        assert list(await holdings.of(ADA)) == []
        assert [each.count for each in await holdings.of(BOB)] == [4]
