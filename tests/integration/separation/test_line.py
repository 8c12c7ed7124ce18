"""The line on real PostgreSQL and real NATS: who is claimed next, who waits for a place, and older code beside it."""

from __future__ import annotations

import asyncio
import contextlib
import datetime
import functools
import shutil
from collections.abc import AsyncIterator
from dataclasses import replace
from pathlib import Path

import asyncpg
import pytest

from chassis.bus.connection import Bus
from chassis.bus.relay import Relay
from chassis.bus.topology import ALL
from chassis.db.migrate import migrate
from chassis.db.pool import Database
from chassis.db.transaction import Transaction
from chassis.testing.nats import NatsServer
from chassis.testing.postgres import PostgresServer
from services.separation.app.claim_job import claim_job
from services.separation.app.line_up import line_up
from services.separation.app.list_jobs_of_tracks import list_jobs_of_tracks
from services.separation.app.sweep import SweepLimits, sweep_queue
from services.separation.app.tiers_in_turn import tiers_in_turn
from services.separation.clients.measures import PrometheusMeasures
from services.separation.domain.job import Audio, Ending, Job, JobState, NewJob
from services.separation.domain.tiers import Tier
from services.separation.events.consumers import Workbench, job_lanes
from services.separation.events.envelopes import encode
from services.separation.store.jobs import PostgresJobs, PostgresJobWork
from services.separation.wiring import MIGRATIONS

AUDIO = Audio(1000, 2, 16, "flac", 240_000)
FIRST_OF_TIERS = "0005_pre_tiers.sql"
OLDER_INSERT = (
    "INSERT INTO jobs (job_id, track_id, upload_id, owner_id, model, stems, rate_hz, channels, depth_bits, codec,"
    " declared_samples, reserved_s, state, created_at, announced_at) VALUES"
    " ($1, $1, 'upl_1', $2, 'baseline', '{vocals}', 1000, 2, 16, 'flac', 240000, 240, 'queued', now(), now())"
)
OLDER_CLAIM = (
    "UPDATE jobs SET state = 'running', attempt = attempt + 1, tries = tries + 1, worker = 'older',"
    " lease_until = now() + interval '10 s', started_at = now(), resumed_samples = done_samples, paused_until = NULL"
    " WHERE job_id = $1 AND state = 'queued' RETURNING job_id"
)
OLDER_END = (
    "UPDATE jobs SET state = 'completed', worker = NULL, lease_until = NULL, ended_at = now(), conclude_at = now(),"
    " counted_samples = 240000, done_samples = 240000 WHERE job_id = $1 AND state = 'running'"
)


@pytest.fixture
async def database(postgres: PostgresServer) -> AsyncIterator[Database]:
    async with postgres.database("separation", MIGRATIONS) as database:
        yield database


async def submit(jobs: PostgresJobs, job_id: str, owner: str, tier: Tier = Tier.STANDARD, places: int = 0) -> None:
    new = NewJob(job_id, job_id, "upl_1", owner, "baseline", ("vocals",), AUDIO, 240)
    async with jobs.transaction() as work:
        await work.insert(replace(new, tier=tier, parallel_jobs=places))
        await work.admit(job_id)
        await line_up(work, owner)


async def claim(jobs: PostgresJobs, tier: Tier = Tier.STANDARD) -> Job | None:
    return await claim_job(jobs, tier, "worker", lease_s=60.0, attempts_max=5)


async def end(jobs: PostgresJobs, job: Job) -> None:
    async with jobs.transaction() as work:
        assert await work.end(job.job_id, job.attempt, Ending(JobState.COMPLETED, 240_000), 0)
        await line_up(work, job.owner_id)


@pytest.mark.parametrize("places", [0, 1, 3])
async def test_the_second_person_is_next(database: Database, places: int) -> None:
    """Behind one person's fifty songs, the first of which runs, another's only one is told to be next and is."""
    jobs = PostgresJobs(database, encode)
    for number in range(50):
        await submit(jobs, f"heavy_{number:02d}", "usr_heavy", places=places)
    assert await claim(jobs) is not None
    await submit(jobs, "light", "usr_light")
    async with jobs.transaction() as work:
        light = await work.get("light")
        assert light is not None
        assert (await work.queues_before([light]))["light"].jobs_ahead == 0
    claimed = await claim(jobs)
    assert claimed is not None
    assert claimed.job_id == "light"


async def test_fifty_that_wait_are_told_in_a_few_statements(database: Database) -> None:
    """A page that follows fifty songs costs as many statements a poll as one that follows a single song."""
    jobs = PostgresJobs(database, encode)
    names = [f"trk_{number:02d}" for number in range(50)]
    for name in names:
        await submit(jobs, name, "usr_heavy", places=2)
    statements: list[str] = []

    def note(record: asyncpg.connection.LoggedQuery) -> None:
        statements.append(record.query)

    async with database.pool.acquire() as connection:
        connection.add_query_logger(note)
        work = PostgresJobWork(Transaction(connection, "none"), encode, datetime.datetime.now(datetime.UTC))

        class Held:
            def transaction(self) -> contextlib.AbstractAsyncContextManager[PostgresJobWork]:
                return contextlib.nullcontext(work)

        told = await list_jobs_of_tracks(Held(), "usr_heavy", names)
        connection.remove_query_logger(note)
    assert [queue.jobs_ahead for _, queue in told] == list(range(50))
    assert len(statements) == 5


async def test_many_workers_at_once_never_run_more_than_the_plan_says(database: Database) -> None:
    """Eight workers that take up and end jobs at once, and submissions meanwhile: never more than a person's places."""
    jobs = PostgresJobs(database, encode)
    running, most, done = {"usr_1": 0, "usr_2": 0}, {"usr_1": 0, "usr_2": 0}, 0
    all_done = asyncio.Event()

    async def work() -> None:
        nonlocal done
        while not all_done.is_set():
            job = await claim(jobs)
            if job is None:
                await asyncio.sleep(0)
                continue
            running[job.owner_id] += 1
            most[job.owner_id] = max(most[job.owner_id], running[job.owner_id])
            await asyncio.sleep(0)
            running[job.owner_id] -= 1
            await end(jobs, job)
            done += 1
            if done == 40:
                all_done.set()

    async def hand_in(owner: str, places: int) -> None:
        for number in range(20):
            await submit(jobs, f"{owner}_{number:02d}", owner, places=places)

    async with asyncio.timeout(60), asyncio.TaskGroup() as tasks:
        tasks.create_task(hand_in("usr_1", 1))
        tasks.create_task(hand_in("usr_2", 3))
        for _ in range(6):
            tasks.create_task(work())
    assert most["usr_1"] == 1
    assert most["usr_2"] <= 3
    assert await database.pool.fetchval("SELECT count(job_id) FROM jobs WHERE state = 'completed'") == 40


async def test_workers_take_up_the_tiers_in_their_shares(database: Database, nats_server: NatsServer) -> None:
    """Through the relay, NATS and a worker: of ten songs with all tiers full six, three and one are taken up."""
    jobs = PostgresJobs(database, encode)
    for number in range(12):
        for tier in Tier:
            await submit(jobs, f"{tier}_{number:02d}", f"usr_{number}", tier)
    taken: list[Tier] = []
    enough, shop_closed = asyncio.Event(), asyncio.Event()

    async def run(tier: Tier) -> None:
        job = await claim(jobs, tier)
        assert job is not None
        taken.append(job.tier)
        await end(jobs, job)
        if len(taken) >= 20:
            enough.set()
            await asyncio.Event().wait()

    bus = Bus(nats_server.url, None, streams=ALL)
    bench = Workbench(run, shop_closed, 0.1)
    relay, lanes = Relay(database, bus), job_lanes(bus, database, bench, functools.partial(tiers_in_turn, jobs), 1)
    await bus.start()
    try:
        while await relay.publish_batch():
            pass
        await lanes.start()
        async with asyncio.timeout(60):
            await enough.wait()
    finally:
        await lanes.stop()
        await bus.stop()
    assert [taken[10:20].count(tier) for tier in (Tier.FIRST, Tier.PRIORITY, Tier.STANDARD)] == [6, 3, 1]


async def test_a_song_that_waits_for_its_own_place_is_announced_when_it_has_one(database: Database) -> None:
    """A held song is not announced, neither at once nor by sweeps; the end of the one before it announces it."""
    jobs = PostgresJobs(database, encode)

    async def announced() -> int:
        return int(await database.pool.fetchval("SELECT count(fact_id) FROM outbox WHERE subject LIKE '%JobQueued'"))

    await submit(jobs, "job_1", "usr_1", places=1)
    await submit(jobs, "job_2", "usr_1", places=1)
    job = await claim(jobs)
    assert job is not None
    await sweep_queue(jobs, PrometheusMeasures(), SweepLimits(announce_again_s=0.0))
    assert (await announced(), await claim(jobs)) == (1, None)
    async with jobs.transaction() as work:
        assert (await work.census()).jobs == {(Tier.STANDARD, "running"): 1, (Tier.STANDARD, "held"): 1}
    await end(jobs, job)
    assert await announced() == 2
    following = await claim(jobs)
    assert following is not None
    assert following.job_id == "job_2"


async def test_what_waited_before_there_were_tiers_stands_in_line(postgres: PostgresServer, tmp_path: Path) -> None:
    """Jobs queued under the older schema get their turns from the first sweep, one person beside the other."""
    for file in sorted(MIGRATIONS.glob("*.sql")):
        if file.name < FIRST_OF_TIERS:
            shutil.copy(file, tmp_path / file.name)
    async with postgres.database("separation", tmp_path) as database:
        for number in range(3):
            await database.pool.execute(OLDER_INSERT, f"heavy_{number}", "usr_heavy")
        await database.pool.execute(OLDER_INSERT, "light", "usr_light")
        assert FIRST_OF_TIERS in await migrate(database, MIGRATIONS)
        jobs = PostgresJobs(database, encode)
        assert await claim(jobs) is None
        await sweep_queue(jobs, PrometheusMeasures(), SweepLimits())
        claimed = [await claim(jobs) for _ in range(4)]
        assert [job.job_id for job in claimed if job] == ["heavy_0", "light", "heavy_1", "heavy_2"]


async def test_older_code_goes_on_beside_newer(database: Database) -> None:
    """Older code takes in, takes up and ends jobs on this schema; what it leaves undone the next sweep does."""
    jobs = PostgresJobs(database, encode)
    await submit(jobs, "new_1", "usr_1", places=1)
    await submit(jobs, "new_2", "usr_1", places=1)
    await database.pool.execute(OLDER_INSERT, "old_1", "usr_2")
    assert await database.pool.fetchval(OLDER_CLAIM, "new_1") == "new_1"
    await database.pool.execute(OLDER_END, "new_1")
    await sweep_queue(jobs, PrometheusMeasures(), SweepLimits())
    claimed = [await claim(jobs) for _ in range(3)]
    assert sorted(job.job_id for job in claimed if job) == ["new_2", "old_1"]
    assert claimed[2] is None


async def test_what_older_code_left_running_stands_in_line_again(database: Database) -> None:
    """A song that older code took up with no turn, claimed and handed back here, is next, and its owner goes on."""
    jobs = PostgresJobs(database, encode)
    await database.pool.execute(OLDER_INSERT, "old_1", "usr_1")
    assert await database.pool.fetchval(OLDER_CLAIM, "old_1") == "old_1"
    await database.pool.execute("UPDATE jobs SET lease_until = now() - interval '1 s' WHERE job_id = 'old_1'")
    job = await claim(jobs)
    assert job is not None
    assert job.job_id == "old_1"
    for number in range(3):
        await submit(jobs, f"other_{number}", "usr_2")
    # The tier's clock runs on meanwhile.
    assert await claim(jobs) is not None
    async with jobs.transaction() as work:
        assert await work.give_back(job.job_id, job.attempt, counts=False)
        await line_up(work, job.owner_id)
    await submit(jobs, "new_1", "usr_1")
    again = await claim(jobs)
    assert again is not None
    assert again.job_id == "old_1"
    await end(jobs, again)
    claimed = [await claim(jobs) for _ in range(3)]
    assert sorted(job.job_id for job in claimed if job) == ["new_1", "other_1", "other_2"]
