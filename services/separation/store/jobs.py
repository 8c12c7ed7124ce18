"""The jobs in PostgreSQL. Every move is one conditional statement; its condition is the lawful move."""

from __future__ import annotations

import contextlib
import datetime
from collections.abc import AsyncIterator, Callable, Mapping, Sequence

import asyncpg
from google.protobuf.message import Message

from chassis.clock import Clock
from chassis.db.erased import ErasedPeople
from chassis.db.faults import is_outage
from chassis.db.pool import Database
from chassis.db.transaction import Transaction, transaction
from services.separation.app.line_ports import Census
from services.separation.domain.errors import DependencyAway
from services.separation.domain.facts import Fact, JobQueued
from services.separation.domain.job import PAUSES_S, Audio, Ending, Failure, Job, JobState, NewJob
from services.separation.domain.progress import Queue
from services.separation.domain.remark import remarks_of
from services.separation.domain.tiers import Tier, tier_named
from services.separation.store import line
from services.separation.store.erasing import erase_jobs_of
from services.separation.store.remarks import read, written

_COLUMNS = (
    "job_id, track_id, upload_id, owner_id, model, stems, state, rate_hz, channels, depth_bits, codec,"
    " declared_samples, reserved_s, attempt, tries, worker, lease_until, done_samples, resumed_samples,"
    " counted_samples, failure_reason, failure_message, failure_retryable, warnings, remarks, created_at, started_at,"
    " ended_at, concluded_at, weights_sha256, tier, parallel_jobs, turn_s"
)
_SELECT = "SELECT " + _COLUMNS + " FROM jobs"  # noqa: S608 - the columns are the constant above


class PostgresJobs:
    """The jobs of this service's schema."""

    def __init__(self, database: Database, encode: Callable[[Fact], Message], clock: Clock | None = None) -> None:
        """`encode` turns facts into messages. Without a clock the database's own counts, one for all machines."""
        self._database = database
        self._encode = encode
        self._clock = clock

    @contextlib.asynccontextmanager
    async def transaction(self) -> AsyncIterator[PostgresJobWork]:
        """Commit when the block ends, roll back when it raises. Raises DependencyAway when the database is away."""
        try:
            async with transaction(self._database) as unit:
                now = self._clock.now() if self._clock else await unit.connection.fetchval("SELECT now()")
                yield PostgresJobWork(unit, self._encode, now)
        except Exception as error:
            if is_outage(error):
                raise DependencyAway("database", repr(error)) from error
            raise


class PostgresJobWork:
    """One transaction; `now` is its moment."""

    def __init__(self, unit: Transaction, encode: Callable[[Fact], Message], now: datetime.datetime) -> None:
        self._unit = unit
        self._connection = unit.connection
        self._encode = encode
        self._now = now

    async def publish(self, fact: Fact) -> None:
        """Publish once the transaction has committed."""
        await self._unit.publish(self._encode(fact))

    async def get(self, job_id: str) -> Job | None:
        """The job."""
        return self._job(await self._connection.fetchrow(_SELECT + " WHERE job_id = $1", job_id))

    async def newest_of_track(self, track_id: str) -> Job | None:
        """The newest job of a track."""
        return self._job(
            await self._connection.fetchrow(
                _SELECT + " WHERE track_id = $1 ORDER BY created_at DESC, job_id DESC LIMIT 1",
                track_id,
            )
        )

    async def newest_of_tracks(self, owner_id: str, track_ids: Sequence[str]) -> Sequence[Job]:
        """The newest job of each of these tracks, where it is the owner's."""
        rows = await self._connection.fetch(
            "SELECT DISTINCT ON (track_id) "  # noqa: S608 - the columns are a constant
            + _COLUMNS
            + " FROM jobs WHERE owner_id = $1 AND track_id = ANY ($2) ORDER BY track_id, created_at DESC, job_id DESC",
            owner_id,
            list(track_ids),
        )
        return [job for job in map(self._job, rows) if job is not None]

    async def insert(self, job: NewJob) -> bool:
        """Add it as admitting; false when the identifier is taken."""
        return await self._changed(
            "INSERT INTO jobs (job_id, track_id, upload_id, owner_id, model, stems, rate_hz, channels, depth_bits,"
            " codec, declared_samples, reserved_s, warnings, remarks, created_at, announced_at, tier, parallel_jobs)"
            " VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, $14, $15, $15, $16, $17)"
            " ON CONFLICT DO NOTHING",
            job.job_id,
            job.track_id,
            job.upload_id,
            job.owner_id,
            job.model,
            list(job.stems),
            job.audio.rate_hz,
            job.audio.channels,
            job.audio.depth_bits,
            job.audio.codec,
            job.audio.total_samples,
            job.reserved_s,
            [each.text for each in job.remarks],
            written(job.remarks),
            self._now,
            job.tier.value,
            job.parallel_jobs,
        )

    async def admit(self, job_id: str) -> bool:
        """From admitting to queued; false when it is not admitting."""
        return await self._changed(
            "UPDATE jobs SET state = 'queued', announced_at = $2, paused_until = NULL"
            " WHERE job_id = $1 AND state = 'admitting'",
            job_id,
            self._now,
        )

    async def remove_admitting(self, job_id: str) -> bool:
        """Remove a job that never was queued; false when it is not admitting."""
        return await self._changed("DELETE FROM jobs WHERE job_id = $1 AND state = 'admitting'", job_id)

    async def claim(self, tier: Tier, worker: str, lease_s: float) -> Job | None:
        """Take the lease of the job whose turn it is in a tier; None when there is none."""
        return self._job(
            await self._connection.fetchrow(
                "UPDATE jobs SET state = 'running', attempt = attempt + 1, tries = tries + 1, worker = $2,"  # noqa: S608 - the columns are a constant
                " lease_until = $4, started_at = $3, resumed_samples = done_samples, paused_until = NULL,"
                # Older code takes up jobs that have no turn. Handed back, such a job is next, as it was taken up first:
                # any later turn would be above the clock that it is claimed at.
                " turn_s = coalesce(turn_s, 0),"
                # The tier's clock runs on by what is taken up, shared among the people in line and one more.
                " clock_s = greatest(turn_s, 0, coalesce((SELECT max(clock_s) FROM jobs WHERE tier = $1"
                "   AND clock_s IS NOT NULL), 0)"
                "   + CASE WHEN started_at IS NULL THEN reserved_s / (1 + (SELECT count(DISTINCT owner_id) FROM jobs"
                "     WHERE ended_at IS NULL AND state = 'queued' AND tier = $1 AND turn_s IS NOT NULL)) ELSE 0 END)"
                " WHERE job_id = (SELECT job_id FROM jobs WHERE ended_at IS NULL AND tier = $1"
                " AND ((state = 'queued' AND turn_s IS NOT NULL AND coalesce(paused_until <= $3, true))"
                " OR (state = 'running' AND lease_until < $3))"
                " ORDER BY turn_s NULLS FIRST, created_at, job_id LIMIT 1 FOR UPDATE SKIP LOCKED)"
                " RETURNING " + _COLUMNS,
                tier.value,
                worker,
                self._now,
                self._after(lease_s),
            )
        )

    async def extend(self, job_id: str, attempt: int, lease_s: float) -> bool:
        """Prolong the lease of this attempt; false when it is not this attempt's any more."""
        return await self._changed(
            "UPDATE jobs SET lease_until = $3 WHERE job_id = $1 AND attempt = $2 AND state = 'running'",
            job_id,
            attempt,
            self._after(lease_s),
        )

    async def progress(self, job_id: str, attempt: int, done_samples: int, *, resumed: bool = False) -> Job | None:
        """Note samples done; the job, or None when it is not this attempt's."""
        return self._job(
            await self._connection.fetchrow(
                "UPDATE jobs SET done_samples = $3, resumed_samples = CASE WHEN $4 THEN $3 ELSE resumed_samples"  # noqa: S608 - the columns are a constant
                " END,"
                " tries = CASE WHEN $4 THEN tries ELSE 0 END"
                " WHERE job_id = $1 AND attempt = $2 AND state = 'running' RETURNING " + _COLUMNS,
                job_id,
                attempt,
                done_samples,
                resumed,
            )
        )

    async def note_weights(self, job_id: str, attempt: int, weights_sha256: str) -> bool:
        """Note the weights that this attempt works with; false when it is not this attempt's any more."""
        return await self._changed(
            "UPDATE jobs SET weights_sha256 = $3 WHERE job_id = $1 AND attempt = $2 AND state = 'running'",
            job_id,
            attempt,
            weights_sha256,
        )

    async def give_back(self, job_id: str, attempt: int, *, counts: bool) -> bool:
        """From running to queued; a try that `counts` is held against the job, which then rests."""
        return await self._changed(
            "UPDATE jobs SET state = 'queued', worker = NULL, lease_until = NULL, announced_at = $3::timestamptz,"
            " tries = CASE WHEN $4 THEN tries ELSE greatest(0, tries - 1) END,"
            # A segment since the claim has set tries to 0: that job rests like one after its first try.
            " paused_until = CASE WHEN $4 THEN $3::timestamptz + make_interval("
            "   secs => ($5::float8[])[least(greatest(1, tries), cardinality($5::float8[]))]) END"
            " WHERE job_id = $1 AND attempt = $2 AND state = 'running'",
            job_id,
            attempt,
            self._now,
            counts,
            PAUSES_S,
        )

    async def end(self, job_id: str, attempt: int, ending: Ending, conclude_after_s: float) -> bool:
        """From running to an end; false when it is not this attempt's."""
        failure = ending.failure
        return await self._changed(
            "UPDATE jobs SET state = $3, worker = NULL, lease_until = NULL, ended_at = $4, conclude_at = $5,"
            " counted_samples = $6::bigint, done_samples = coalesce($6::bigint, done_samples), failure_reason = $7,"
            " failure_message = $8, failure_retryable = $9, warnings = warnings || $10::text[],"
            " remarks = remarks || $11::jsonb"
            " WHERE job_id = $1 AND attempt = $2 AND state = 'running'",
            job_id,
            attempt,
            ending.state.value,
            self._now,
            self._after(conclude_after_s),
            ending.counted_samples,
            failure.reason if failure else None,
            failure.message if failure else None,
            failure.retryable if failure else None,
            [each.text for each in ending.remarks],
            written(ending.remarks),
        )

    async def cancel(self, job_id: str, conclude_after_s: float = 0.0) -> bool:
        """To cancelled from any state that has not ended; false when there is nothing to cancel."""
        return await self._changed(
            "UPDATE jobs SET state = 'cancelled', worker = NULL, lease_until = NULL, ended_at = $2, conclude_at = $3"
            " WHERE job_id = $1 AND ended_at IS NULL",
            job_id,
            self._now,
            self._after(conclude_after_s),
        )

    async def defer_admission(self, job_id: str, after_s: float) -> None:
        """Let the sweeper try again so much later."""
        await self._changed(
            "UPDATE jobs SET paused_until = $2 WHERE job_id = $1 AND state = 'admitting'", job_id, self._after(after_s)
        )

    async def conclude(self, job_id: str) -> bool:
        """Note that an ended job is concluded; false when it was already."""
        return await self._changed(
            "UPDATE jobs SET concluded_at = $2 WHERE job_id = $1 AND ended_at IS NOT NULL AND concluded_at IS NULL",
            job_id,
            self._now,
        )

    async def defer_conclusion(self, job_id: str, after_s: float) -> None:
        """Let the sweeper try again so much later."""
        await self._changed(
            "UPDATE jobs SET conclude_at = $2 WHERE job_id = $1 AND ended_at IS NOT NULL AND concluded_at IS NULL",
            job_id,
            self._after(after_s),
        )

    async def line_up(self, owner_id: str) -> Sequence[JobQueued]:
        """Give a person's oldest waiting jobs turns in line, as many as there are places."""
        return await line.line_up(self._connection, self._now, owner_id)

    async def owners_with_places(self, limit: int) -> Sequence[str]:
        """People who have a place, and a job that waits for one."""
        return await line.owners_with_places(self._connection, limit)

    async def latest_tiers(self, count: int) -> Sequence[Tier]:
        """The tiers of so many jobs taken up last, the latest last."""
        return await line.latest_tiers(self._connection, count)

    async def queued_count(self) -> int:
        """Jobs waiting, in line or not."""
        return int(await self._connection.fetchval("SELECT count(job_id) FROM jobs WHERE state = 'queued'"))

    async def queued_count_of(self, owner_id: str) -> int:
        """Jobs of one person that wait, in line or not."""
        return int(
            await self._connection.fetchval(
                "SELECT count(job_id) FROM jobs WHERE owner_id = $1 AND ended_at IS NULL AND state = 'queued'", owner_id
            )
        )

    async def queues_before(self, jobs: Sequence[Job]) -> Mapping[str, Queue]:
        """Job -> what lies before it when it is queued, and the workers' measured speed."""
        return await line.queues_before(self._connection, jobs)

    async def take_unanswered(self, tier: Tier, after_s: float, limit: int) -> Sequence[JobQueued]:
        """The first in a tier's line last announced longer ago, or done resting; they are announced now."""
        return await line.take_unanswered(self._connection, self._now, tier, after_s, limit)

    async def requeue_expired(self, limit: int) -> Sequence[JobQueued]:
        """Running jobs whose lease ran out go back to their turn in line, announced now."""
        return await line.requeue_expired(self._connection, self._now, limit)

    async def stale_admissions(self, after_s: float, limit: int) -> Sequence[str]:
        """Jobs admitting for longer than that and not deferred."""
        return await self._ids(
            "SELECT job_id FROM jobs WHERE state = 'admitting' AND created_at < $1"
            " AND coalesce(paused_until <= $2, true) ORDER BY created_at LIMIT $3",
            self._after(-after_s),
            self._now,
            limit,
        )

    async def unconcluded(self, limit: int) -> Sequence[str]:
        """Ended jobs whose conclusion is due."""
        return await self._ids(
            "SELECT job_id FROM jobs WHERE ended_at IS NOT NULL AND concluded_at IS NULL AND conclude_at <= $1"
            " ORDER BY conclude_at LIMIT $2",
            self._now,
            limit,
        )

    async def is_erased(self, owner_id: str) -> bool:
        """Whether a person's erasure has begun; one that has not waits until this transaction has committed."""
        return await ErasedPeople(self._connection).is_erased(owner_id)

    async def erase_jobs_of(self, owner_id: str) -> tuple[int, Mapping[str, int]]:
        """Cancel what has not ended, remove what is concluded; how many are left, and what was removed in all."""
        return await erase_jobs_of(self._connection, self._now, owner_id)

    async def census(self) -> Census:
        """Counts for the gauges."""
        return await line.census(self._connection)

    def _after(self, seconds: float) -> datetime.datetime:
        return self._now + datetime.timedelta(seconds=seconds)

    async def _changed(self, statement: str, *values: object) -> bool:
        tag: str = await self._connection.execute(statement, *values)
        return tag.endswith(" 1")

    async def _ids(self, statement: str, *values: object) -> list[str]:
        return [str(row["job_id"]) for row in await self._connection.fetch(statement, *values)]

    def _job(self, row: asyncpg.Record | None) -> Job | None:
        if row is None:
            return None
        audio = Audio(row["rate_hz"], row["channels"], row["depth_bits"], row["codec"], row["declared_samples"])
        failure = None
        if row["failure_reason"] is not None:
            failure = Failure(row["failure_reason"], row["failure_message"], row["failure_retryable"])
        same = (
            "job_id",
            "track_id",
            "upload_id",
            "owner_id",
            "model",
            "reserved_s",
            "attempt",
            "tries",
            "done_samples",
            "weights_sha256",
            "parallel_jobs",
            "turn_s",
        )
        more = ("resumed_samples", "counted_samples", "created_at", "started_at", "ended_at", "concluded_at")
        return Job(
            **{name: row[name] for name in (*same, *more, "lease_until", "worker")},
            stems=tuple(row["stems"]),
            state=JobState(row["state"]),
            tier=tier_named(row["tier"]),
            audio=audio,
            failure=failure,
            remarks=remarks_of(row["warnings"], read(row["remarks"])),
            read_at=self._now,
        )
