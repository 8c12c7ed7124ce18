"""Accounts and the ledger in PostgreSQL."""

from __future__ import annotations

import contextlib
import datetime
from collections.abc import AsyncIterator, Callable

import asyncpg
from google.protobuf.message import Message

from chassis.db.pool import Database
from chassis.db.transaction import Transaction, transaction
from services.billing.domain.facts import Fact
from services.billing.domain.ledger import Entry, EntryKind, JobHistory, Sheet, history_of
from services.billing.domain.month import Month, month_of

Encode = Callable[[Fact], Message]
"""Turns a fact into the message that is published."""


class LedgerStore:
    """Units of work on accounts and the ledger."""

    def __init__(self, database: Database, encode: Encode) -> None:
        """`encode` is the envelope of each fact."""
        self._database = database
        self._encode = encode

    @contextlib.asynccontextmanager
    async def transaction(self) -> AsyncIterator[LedgerWork]:
        """A unit of work."""
        async with transaction(self._database) as tx:
            yield LedgerWork(tx, self._encode)


class LedgerWork:
    """One unit of work."""

    def __init__(self, tx: Transaction, encode: Encode) -> None:
        """Made by `LedgerStore.transaction`."""
        self._tx = tx
        self._encode = encode

    async def lock_job(self, job_id: str) -> JobHistory:
        """A job's history, which nobody else changes until the work commits."""
        # There may be no row yet to lock: a release can come before its reservation.
        await self._tx.connection.execute("SELECT pg_advisory_xact_lock(hashtextextended($1, 0))", f"job {job_id}")
        rows = await self._tx.connection.fetch(
            "SELECT kind, owner_id, month, job_id, seconds, balance_change_s, at FROM entries WHERE job_id = $1", job_id
        )
        return history_of([_entry(row) for row in rows])

    async def lock_account(self, owner_id: str) -> str | None:
        """Name of the plan that a person was put on; nobody else reserves for them until the work commits."""
        await self._tx.connection.execute(
            "INSERT INTO accounts (owner_id) VALUES ($1) ON CONFLICT DO NOTHING", owner_id
        )
        plan: str | None = await self._tx.connection.fetchval(
            "SELECT plan FROM accounts WHERE owner_id = $1 FOR UPDATE", owner_id
        )
        return plan

    async def assigned_plan(self, owner_id: str) -> str | None:
        """Name of the plan that a person was put on."""
        plan: str | None = await self._tx.connection.fetchval("SELECT plan FROM accounts WHERE owner_id = $1", owner_id)
        return plan

    async def assign_plan(self, owner_id: str, plan_name: str, at: datetime.datetime) -> None:
        """Put a person, whose account is locked, on a plan."""
        await self._tx.connection.execute(
            "UPDATE accounts SET plan = $2, plan_assigned_at = $3 WHERE owner_id = $1", owner_id, plan_name, at
        )

    async def sheet(self, owner_id: str, month: Month) -> Sheet:
        """A person's month, summed from its entries."""
        # A job takes from the balance what it reserved until it ends, and then what it was charged.
        row = await self._tx.connection.fetchrow(
            "SELECT coalesce(sum(seconds) FILTER (WHERE kind = 'grant'), 0)::bigint AS granted_s,"
            " coalesce(sum(seconds) FILTER (WHERE kind = 'settle'), 0)::bigint AS settled_s,"
            " coalesce(-sum(balance_change_s) FILTER (WHERE kind <> 'grant'), 0)::bigint AS held_s"
            " FROM entries WHERE owner_id = $1 AND month = $2",
            owner_id,
            month.first_day,
        )
        granted_s, settled_s, held_s = (int(row[name]) for name in ("granted_s", "settled_s", "held_s"))
        return Sheet(month, granted_s, settled_s, held_s - settled_s)

    async def append(self, entry: Entry) -> None:
        """Add an entry to the ledger."""
        await self._tx.connection.execute(
            "INSERT INTO entries (kind, owner_id, month, job_id, seconds, balance_change_s, at)"
            " VALUES ($1, $2, $3, $4, $5, $6, $7)",
            entry.kind.value,
            entry.owner_id,
            entry.month.first_day if entry.month else None,
            entry.job_id,
            entry.seconds,
            entry.balance_change_s,
            entry.at,
        )

    async def publish(self, fact: Fact) -> None:
        """Publish once the work has committed."""
        await self._tx.publish(self._encode(fact))


def _entry(row: asyncpg.Record) -> Entry:
    return Entry(
        kind=EntryKind(row["kind"]),
        owner_id=row["owner_id"],
        month=month_of(row["month"]) if row["month"] else None,
        job_id=row["job_id"],
        seconds=row["seconds"],
        balance_change_s=row["balance_change_s"],
        at=row["at"],
    )
