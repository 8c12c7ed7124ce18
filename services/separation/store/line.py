"""The line in PostgreSQL: turns given, counted and told. One transaction's statements; `jobs.py` takes jobs from it.

A turn is start-time fair queueing: a job's is where its owner's last one ends, or where its tier has come to if that
is further; of one that has ended counts what was done of it. So a person's jobs are spaced by their own length. Turns
are given when a place is free, not before: nobody saves up while held back.

Whoever comes with nothing else under way stands where the tier's clock is. It runs on with each job taken up, by its
length shared among all in line and one more. By turns alone an endless row of newcomers, each with one song, would
stand before everybody's second one for ever.
"""

from __future__ import annotations

import datetime
from collections.abc import Mapping, Sequence

import asyncpg

from chassis.db.transaction import Connection
from services.separation.app.line_ports import HELD, Census
from services.separation.domain.facts import JobQueued
from services.separation.domain.job import Job, JobState
from services.separation.domain.progress import Queue
from services.separation.domain.tiers import LATEST, Tier, taken_before, tier_named

_RECENT_JOBS = 20

_LINE_UP = """
WITH mine AS (
    SELECT job_id, turn_s, state, created_at, parallel_jobs FROM jobs
     WHERE owner_id = $1 AND ended_at IS NULL AND state IN ('queued', 'running')
), place AS (
    SELECT (SELECT parallel_jobs FROM mine ORDER BY created_at DESC, job_id DESC LIMIT 1) AS many,
           count(job_id) FILTER (WHERE state = 'running' OR turn_s IS NOT NULL) AS held FROM mine
), next AS MATERIALIZED (
    -- Whoever is changing one of them just now gives the places out after this.
    SELECT job_id, tier, reserved_s, created_at FROM jobs
     WHERE owner_id = $1 AND ended_at IS NULL AND state = 'queued' AND turn_s IS NULL
     ORDER BY created_at, job_id
     LIMIT (SELECT CASE WHEN many = 0 THEN NULL ELSE greatest(0, many - held) END FROM place)
       FOR UPDATE SKIP LOCKED
), came AS (
    SELECT tier, greatest(
        CASE WHEN (SELECT count(job_id) FROM mine) = 1
        THEN coalesce((SELECT max(clock_s) FROM jobs WHERE tier = each.tier AND clock_s IS NOT NULL), 0)
        ELSE coalesce((SELECT max(turn_s) FROM jobs WHERE tier = each.tier AND turn_s IS NOT NULL
                        AND started_at IS NOT NULL), 0) END,
        coalesce((SELECT turn_s + CASE WHEN ended_at IS NULL THEN reserved_s
                                       ELSE least(reserved_s, (done_samples + rate_hz - 1) / rate_hz) END
                    FROM jobs WHERE owner_id = $1 AND tier = each.tier AND turn_s IS NOT NULL
                   ORDER BY turn_s DESC LIMIT 1), 0)) AS to_s
      FROM (SELECT DISTINCT tier FROM next) AS each
), turn AS (
    SELECT job_id, to_s + sum(reserved_s) OVER (PARTITION BY tier ORDER BY created_at, job_id) - reserved_s AS turn_s
      FROM next JOIN came USING (tier)
)
UPDATE jobs SET turn_s = turn.turn_s, announced_at = $2 FROM turn WHERE jobs.job_id = turn.job_id
RETURNING jobs.job_id, jobs.tier, jobs.turn_s
"""

_OWNERS_WITH_PLACES = """
SELECT owner_id FROM jobs WHERE ended_at IS NULL AND state IN ('queued', 'running') GROUP BY owner_id
HAVING count(job_id) FILTER (WHERE state = 'queued' AND turn_s IS NULL) > 0
   AND ((array_agg(parallel_jobs ORDER BY created_at DESC, job_id DESC))[1] = 0
     OR (array_agg(parallel_jobs ORDER BY created_at DESC, job_id DESC))[1]
      > count(job_id) FILTER (WHERE state = 'running' OR turn_s IS NOT NULL))
 ORDER BY min(created_at), owner_id LIMIT $1
"""

# Where a job will stand that has no turn yet: after its owner's last one, and after those of theirs before it. All of a
# tier's are placed at once, so that many are told in one statement.
_BEFORE = """
WITH open AS (
    SELECT job_id, owner_id, tier, state, turn_s, reserved_s, created_at,
           (declared_samples - done_samples)::float8 / rate_hz AS left_s,
           max(turn_s + reserved_s) OVER (PARTITION BY owner_id, tier) AS end_s
      FROM jobs WHERE ended_at IS NULL AND state IN ('queued', 'running')
), came AS (
    SELECT tier, max(turn_s) AS to_s FROM jobs
     WHERE tier = ANY ($2) AND turn_s IS NOT NULL AND started_at IS NOT NULL GROUP BY tier
), placed AS (
    SELECT job_id, tier, owner_id, created_at, left_s,
           coalesce(turn_s, greatest(coalesce(to_s, 0), end_s) - reserved_s + sum(reserved_s)
             FILTER (WHERE turn_s IS NULL) OVER (PARTITION BY owner_id, tier ORDER BY created_at, job_id)) AS place_s
      FROM open LEFT JOIN came USING (tier) WHERE tier = ANY ($2) AND state = 'queued'
), told AS (
    SELECT job_id, owner_id, count(*) OVER everybody AS ahead, coalesce(sum(left_s) OVER everybody, 0) AS ahead_s,
           coalesce(sum(left_s) OVER own, 0) AS own_ahead_s
      FROM placed
    WINDOW everybody AS (PARTITION BY tier ORDER BY place_s, created_at, job_id
                         ROWS BETWEEN UNBOUNDED PRECEDING AND 1 PRECEDING),
           own AS (PARTITION BY tier, owner_id ORDER BY place_s, created_at, job_id
                   ROWS BETWEEN UNBOUNDED PRECEDING AND 1 PRECEDING)
), running AS (
    SELECT owner_id, count(*) AS jobs, sum(left_s) AS left_s FROM open WHERE state = 'running' GROUP BY owner_id
)
SELECT job_id, ahead, ahead_s, own_ahead_s,
       (SELECT coalesce(sum(jobs), 0) FROM running) AS running,
       (SELECT coalesce(sum(left_s), 0) FROM running) AS running_s,
       coalesce((SELECT left_s FROM running WHERE running.owner_id = told.owner_id), 0) AS own_running_s
  FROM told WHERE job_id = ANY ($1)
"""


async def line_up(connection: Connection, now: datetime.datetime, owner_id: str) -> Sequence[JobQueued]:
    """Give a person's waiting jobs the turns that there are places for, in the order of the turns."""
    # One at a time for a person, so that nobody counts a place twice; it is let go with the transaction.
    await connection.execute("SELECT pg_advisory_xact_lock(hashtextextended('line ' || $1, 0))", owner_id)
    rows = await connection.fetch(_LINE_UP, owner_id, now)
    return [_queued(row["job_id"], row["tier"]) for row in sorted(rows, key=lambda row: (row["turn_s"], row["job_id"]))]


async def owners_with_places(connection: Connection, limit: int) -> Sequence[str]:
    """People who have a place and a job that waits for one, whose first open job is the oldest first."""
    return [str(row["owner_id"]) for row in await connection.fetch(_OWNERS_WITH_PLACES, limit)]


async def latest_tiers(connection: Connection, count: int) -> Sequence[Tier]:
    """The tiers of so many jobs taken up last, the latest last."""
    rows = await connection.fetch(
        "SELECT tier FROM jobs WHERE started_at IS NOT NULL ORDER BY started_at DESC, job_id DESC LIMIT $1", count
    )
    return [tier_named(row["tier"]) for row in reversed(rows)]


async def take_unanswered(
    connection: Connection, now: datetime.datetime, tier: Tier, after_s: float, limit: int
) -> Sequence[JobQueued]:
    """The first in a tier's line last announced longer ago, or done resting; they are announced now."""
    rows = await connection.fetch(
        "UPDATE jobs SET announced_at = $1, paused_until = NULL WHERE job_id = ANY(ARRAY("
        " SELECT job_id FROM jobs WHERE state = 'queued' AND tier = $4 AND turn_s IS NOT NULL"
        " AND coalesce(paused_until <= $1, true) ORDER BY turn_s, created_at, job_id LIMIT $3 FOR UPDATE SKIP LOCKED))"
        " AND (announced_at < $2 OR paused_until IS NOT NULL) RETURNING job_id, tier",
        now,
        now - datetime.timedelta(seconds=after_s),
        limit,
        tier.value,
    )
    return [_queued(row["job_id"], row["tier"]) for row in rows]


async def requeue_expired(connection: Connection, now: datetime.datetime, limit: int) -> Sequence[JobQueued]:
    """Running jobs whose lease ran out go back to their turn in line, announced now."""
    rows = await connection.fetch(
        "UPDATE jobs SET state = 'queued', worker = NULL, lease_until = NULL, announced_at = $1 WHERE job_id"
        " = ANY(ARRAY(SELECT job_id FROM jobs WHERE state = 'running' AND lease_until < $1 ORDER BY created_at LIMIT $2"
        " FOR UPDATE SKIP LOCKED)) RETURNING job_id, tier",
        now,
        limit,
    )
    return [_queued(row["job_id"], row["tier"]) for row in rows]


async def queues_before(connection: Connection, jobs: Sequence[Job]) -> Mapping[str, Queue]:
    """Job -> what lies before it when it is queued, and the workers' measured speed; in four statements at most."""
    speed = await connection.fetchval(
        "SELECT sum(audio_s) / nullif(sum(spent_s), 0) FROM ("
        " SELECT (counted_samples - resumed_samples)::float8 / rate_hz AS audio_s,"
        " extract(epoch FROM ended_at - started_at)::float8 AS spent_s"
        " FROM jobs WHERE state = 'completed' ORDER BY ended_at DESC LIMIT $1) AS recent",
        _RECENT_JOBS,
    )
    told = {job.job_id: Queue(speed=speed or None) for job in jobs}
    queued = {job.job_id: job for job in jobs if job.state is JobState.QUEUED}
    if not queued:
        return told
    rows = await connection.fetch(_BEFORE, list(queued), list({job.tier.value for job in queued.values()}))
    tiers = await connection.fetch(
        "SELECT tier, count(job_id) AS jobs, sum((declared_samples - done_samples)::float8 / rate_hz) AS audio_s"
        " FROM jobs WHERE ended_at IS NULL AND state = 'queued' GROUP BY tier"
    )
    waiting = {tier_named(each["tier"]): (int(each["jobs"]), float(each["audio_s"])) for each in tiers}
    latest = await latest_tiers(connection, LATEST)
    return told | {row["job_id"]: _queue(queued[row["job_id"]], row, waiting, latest, speed) for row in rows}


def _queue(
    job: Job, row: asyncpg.Record, waiting: Mapping[Tier, tuple[int, float]], latest: Sequence[Tier], speed: float
) -> Queue:
    counts = {tier: jobs for tier, (jobs, _) in waiting.items()}
    taken = taken_before(latest, counts, job.tier, int(row["ahead"]))
    # Which of the other tiers' jobs they are is not asked: they are taken to be as long as those are on the average.
    others_s = sum(audio_s * taken.get(tier, 0) / jobs for tier, (jobs, audio_s) in waiting.items())
    return Queue(
        jobs_ahead=int(row["ahead"]) + sum(taken.values()),
        audio_ahead_s=max(0.0, float(row["ahead_s"]) + float(row["running_s"]) + others_s),
        speed=speed or None,
        workers=max(1, int(row["running"])),
        own_ahead_s=max(0.0, float(row["own_ahead_s"]) + float(row["own_running_s"])),
        own_places=job.parallel_jobs,
    )


async def census(connection: Connection) -> Census:
    """Counts for the gauges; ended jobs are counted once they are concluded or not at all."""
    rows = await connection.fetch(
        "SELECT tier, CASE WHEN state = 'queued' AND turn_s IS NULL THEN $1 ELSE state END AS place,"
        " count(job_id) AS jobs, coalesce(sum((declared_samples - done_samples)::float8 / rate_hz), 0) AS audio_s"
        " FROM jobs WHERE ended_at IS NULL GROUP BY tier, place",
        HELD,
    )
    jobs = {(tier_named(row["tier"]), str(row["place"])): int(row["jobs"]) for row in rows}
    return Census(jobs, max(0.0, sum(float(row["audio_s"]) for row in rows)))


def _queued(job_id: str, tier: str) -> JobQueued:
    return JobQueued(str(job_id), tier_named(tier))
