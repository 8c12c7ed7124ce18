"""What billing wrote before there were grants, kept as it was: in a deployment it runs beside the newer code."""

from __future__ import annotations

import datetime
from typing import Any

from chassis.db.pool import Database
from chassis.db.transaction import transaction
from services.billing.domain.errors import MinutesExhausted, ReservationReleased, ReservationSettled

_ADD = (
    "INSERT INTO entries (kind, owner_id, month, job_id, seconds, balance_change_s, at)"
    " VALUES ($1, $2, $3, $4, $5, $6, $7)"
)


class OlderBilling:
    """Its verbs on free plans of an hour a month, and its statements word for word."""

    def __init__(self, database: Database, seconds_a_month: int = 3600) -> None:
        self._database = database
        self._seconds_a_month = seconds_a_month

    async def reserve(self, owner_id: str, job_id: str, seconds: int, now: datetime.datetime) -> int:
        month = now.date().replace(day=1)
        async with transaction(self._database) as tx:
            run = tx.connection
            await run.execute("SELECT pg_advisory_xact_lock(hashtextextended($1, 0))", f"job {job_id}")
            await run.execute("INSERT INTO accounts (owner_id) VALUES ($1) ON CONFLICT DO NOTHING", owner_id)
            await run.fetchval("SELECT plan FROM accounts WHERE owner_id = $1 FOR UPDATE", owner_id)
            granted_s, held_s = await self._sheet(run, owner_id, month)
            left_s = max(0, self._seconds_a_month - held_s)
            if seconds > left_s:
                raise MinutesExhausted(seconds, left_s, now, "free", "Free")
            if missing_s := max(self._seconds_a_month, held_s) - granted_s:
                await run.execute(_ADD, "grant", owner_id, month, None, missing_s, missing_s, now)
            await run.execute(_ADD, "reserve", owner_id, month, job_id, seconds, -seconds, now)
            return left_s - seconds

    async def left(self, owner_id: str, now: datetime.datetime) -> int:
        async with transaction(self._database) as tx:
            _, held_s = await self._sheet(tx.connection, owner_id, now.date().replace(day=1))
        return max(0, self._seconds_a_month - held_s)

    async def settle(self, job_id: str, seconds: int, now: datetime.datetime) -> int:
        async with transaction(self._database) as tx:
            reserve, ended = await self._job(tx.connection, job_id)
            if "release" in ended:
                raise ReservationReleased
            if "settle" in ended:
                return ended["settle"]
            charged_s = min(seconds, reserve["seconds"])
            await tx.connection.execute(
                _ADD,
                "settle",
                reserve["owner_id"],
                reserve["month"],
                job_id,
                charged_s,
                reserve["seconds"] - charged_s,
                now,
            )
            return int(charged_s)

    async def release(self, job_id: str, now: datetime.datetime) -> None:
        async with transaction(self._database) as tx:
            reserve, ended = await self._job(tx.connection, job_id)
            if "settle" in ended:
                raise ReservationSettled
            if "release" in ended:
                return
            if reserve is None:
                await tx.connection.execute(_ADD, "release", None, None, job_id, 0, 0, now)
                return
            seconds = reserve["seconds"]
            await tx.connection.execute(
                _ADD, "release", reserve["owner_id"], reserve["month"], job_id, seconds, seconds, now
            )

    async def lower(self, owner_id: str, seconds_a_month: int, now: datetime.datetime) -> None:
        """What its change of plan did to the month."""
        month = now.date().replace(day=1)
        async with transaction(self._database) as tx:
            await tx.connection.fetchval("SELECT plan FROM accounts WHERE owner_id = $1 FOR UPDATE", owner_id)
            granted_s, held_s = await self._sheet(tx.connection, owner_id, month)
            missing_s = max(seconds_a_month, held_s) - granted_s
            await tx.connection.execute(_ADD, "grant", owner_id, month, None, missing_s, missing_s, now)

    async def _sheet(self, run: Any, owner_id: str, month: datetime.date) -> tuple[int, int]:
        row = await run.fetchrow(
            "SELECT coalesce(sum(seconds) FILTER (WHERE kind = 'grant'), 0)::bigint AS granted_s,"
            " coalesce(-sum(balance_change_s) FILTER (WHERE kind <> 'grant'), 0)::bigint AS held_s"
            " FROM entries WHERE owner_id = $1 AND month = $2",
            owner_id,
            month,
        )
        return row["granted_s"], row["held_s"]

    async def _job(self, run: Any, job_id: str) -> tuple[Any, dict[str, int]]:
        await run.execute("SELECT pg_advisory_xact_lock(hashtextextended($1, 0))", f"job {job_id}")
        rows = await run.fetch(
            "SELECT kind, owner_id, month, job_id, seconds, balance_change_s, at FROM entries WHERE job_id = $1", job_id
        )
        of_kind = {row["kind"]: row for row in rows}
        assert set(of_kind) <= {"reserve", "settle", "release"}, "older code knows no other kinds"
        return of_kind.pop("reserve", None), {kind: row["seconds"] for kind, row in of_kind.items()}
