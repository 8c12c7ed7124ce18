"""Accounts and the ledger in PostgreSQL."""

from __future__ import annotations

import contextlib
import datetime
from collections.abc import AsyncIterator, Callable, Sequence

from google.protobuf.message import Message

from chassis.db.pool import Database
from chassis.db.transaction import Transaction, transaction
from services.billing.app.ports import OpenReservation, ReservationPlace
from services.billing.domain.entries import Entry, NumberedEntry
from services.billing.domain.errors import GrantMismatch
from services.billing.domain.facts import Fact
from services.billing.domain.grants import Account, Grant, Renewal, Source
from services.billing.domain.ledger import JobHistory, history_of
from services.billing.domain.sheets import Sheet, in_line
from services.billing.store.people import require_known
from services.billing.store.rows import entry_of, grant_of, sheet_of

Encode = Callable[[Fact], Message]
"""Turns a fact into the message that is published."""

_GRANT = (
    "g.grant_id, g.owner_id, g.source, g.plan, g.nominal_s, g.starts_at, g.expires_at, g.granted_at, g.origin_id,"
    " g.replaces_id, g.kept_s"
)
# A job holds what it reserved until it ends; what it then neither holds nor gives back was charged.
_SHEETS = (
    "SELECT " + _GRANT + ","  # noqa: S608 - the columns are the constant above
    " coalesce(sum(p.left_change_s) FILTER (WHERE p.kind = 'grant'), 0)::bigint AS granted_s,"
    " coalesce(-sum(p.left_change_s + p.held_change_s) FILTER (WHERE p.kind = 'settle'), 0)::bigint AS charged_s,"
    " coalesce(sum(p.held_change_s), 0)::bigint AS held_s,"
    " coalesce(-sum(p.left_change_s) FILTER (WHERE p.kind = 'expire'), 0)::bigint AS expired_s,"
    " coalesce(-sum(p.left_change_s) FILTER (WHERE p.kind = 'retract'), 0)::bigint AS retracted_s,"
    " coalesce(bool_or(p.kind = 'retract'), false) AS is_closed"
    " FROM grants g LEFT JOIN postings p USING (grant_id)"
)
_ENTRY = "e.entry_id, e.kind, e.owner_id, e.month, e.job_id, e.seconds, e.balance_change_s, e.at"
# An entry's postings as three equally long arrays, in the order in which their grants end.
_POSTED = (
    " LEFT JOIN LATERAL (SELECT array_agg(p.grant_id ORDER BY g.expires_at, g.starts_at, g.grant_id) AS grant_ids,"
    " array_agg(p.left_change_s ORDER BY g.expires_at, g.starts_at, g.grant_id) AS left_changes_s,"
    " array_agg(p.held_change_s ORDER BY g.expires_at, g.starts_at, g.grant_id) AS held_changes_s"
    " FROM postings p JOIN grants g USING (grant_id) WHERE p.entry_id = e.entry_id) posted ON true"
)
_ENTRIES = (
    "SELECT " + _ENTRY + ", posted.grant_ids, posted.left_changes_s, posted.held_changes_s"  # noqa: S608 - the same
    " FROM entries e" + _POSTED
)


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
        rows = await self._tx.connection.fetch(f"{_ENTRIES} WHERE e.job_id = $1", job_id)
        return history_of([entry_of(row) for row in rows])

    async def lock_account(self, owner_id: str) -> Account:
        """A person's account, whose ledger nobody else writes until the work commits. Raises AccountNotFound."""
        await require_known(self._tx.connection, owner_id)
        await self._tx.connection.execute(
            "INSERT INTO accounts (owner_id) VALUES ($1) ON CONFLICT DO NOTHING", owner_id
        )
        row = await self._tx.connection.fetchrow(
            "SELECT plan, renewal FROM accounts WHERE owner_id = $1 FOR UPDATE", owner_id
        )
        return Account(row["plan"], Renewal(row["renewal"]))

    async def lock_books(self, owner_id: str) -> None:
        """The same lock, for what ends: of somebody whose erasure has begun, too."""
        # Their row is there for as long as they have seconds set aside.
        await self._tx.connection.execute("SELECT owner_id FROM accounts WHERE owner_id = $1 FOR UPDATE", owner_id)

    async def account(self, owner_id: str) -> Account:
        """A person's account, for reading."""
        row = await self._tx.connection.fetchrow("SELECT plan, renewal FROM accounts WHERE owner_id = $1", owner_id)
        return Account(row["plan"], Renewal(row["renewal"])) if row else Account()

    async def assign_plan(self, owner_id: str, plan_name: str, renewal: Renewal, at: datetime.datetime) -> None:
        """Put a person, whose account is locked, on a plan."""
        await self._tx.connection.execute(
            "UPDATE accounts SET plan = $2, renewal = $3, plan_assigned_at = $4 WHERE owner_id = $1",
            owner_id,
            plan_name,
            renewal.value,
            at,
        )

    async def sheets(self, owner_id: str, at: datetime.datetime) -> Sequence[Sheet]:
        """A person's grants that have not ended by then, summed."""
        rows = await self._tx.connection.fetch(
            f"{_SHEETS} WHERE g.owner_id = $1 AND g.expires_at > $2 GROUP BY g.grant_id", owner_id, at
        )
        return [sheet_of(row) for row in rows]

    async def sheet(self, grant_id: str) -> Sheet | None:
        """One grant, summed."""
        row = await self._tx.connection.fetchrow(f"{_SHEETS} WHERE g.grant_id = $1 GROUP BY g.grant_id", grant_id)
        return sheet_of(row) if row else None

    async def line(self, origin_id: str) -> Sequence[Sheet]:
        """The grants that replaced each other from this one on, summed, the first one first."""
        rows = await self._tx.connection.fetch(f"{_SHEETS} WHERE g.origin_id = $1 GROUP BY g.grant_id", origin_id)
        return in_line([sheet_of(row) for row in rows])

    async def successor(self, grant_id: str) -> str | None:
        """The grant that replaced this one."""
        found: str | None = await self._tx.connection.fetchval(
            "SELECT grant_id FROM grants WHERE replaces_id = $1", grant_id
        )
        return found

    async def settled_s(self, owner_id: str, since: datetime.datetime) -> int:
        """Seconds charged for a person's jobs that reserved since then."""
        found: int = await self._tx.connection.fetchval(
            "SELECT coalesce(sum(s.seconds), 0)::bigint FROM entries r JOIN entries s USING (job_id)"
            " WHERE r.owner_id = $1 AND r.kind = 'reserve' AND r.month >= date_trunc('month', $2 AT TIME ZONE 'UTC')"
            " AND r.at >= $2 AND s.kind = 'settle'",
            owner_id,
            since,
        )
        return found

    async def reserved_s(self, owner_id: str) -> int:
        """Seconds that a person's unfinished jobs hold."""
        found: int = await self._tx.connection.fetchval(
            "SELECT coalesce(sum(r.seconds), 0)::bigint FROM open_reservations o JOIN entries r USING (job_id)"
            " WHERE o.owner_id = $1 AND r.kind = 'reserve'",
            owner_id,
        )
        return found

    async def entries(self, owner_id: str, before: int | None, limit: int) -> Sequence[NumberedEntry]:
        """A person's entries, newest first."""
        rows = await self._tx.connection.fetch(
            f"{_ENTRIES} WHERE e.owner_id = $1 AND ($2::bigint IS NULL OR e.entry_id < $2)"
            " ORDER BY e.entry_id DESC LIMIT $3",
            owner_id,
            before,
            limit,
        )
        return [NumberedEntry(row["entry_id"], entry_of(row)) for row in rows]

    async def open_reservations(
        self, reserved_before: datetime.datetime, after: ReservationPlace | None, limit: int
    ) -> Sequence[OpenReservation]:
        """Reservations of unfinished jobs, the oldest first."""
        rows = await self._tx.connection.fetch(
            "SELECT o.reserved_at, o.job_id, o.owner_id, r.seconds"
            " FROM open_reservations o JOIN entries r USING (job_id)"
            " WHERE r.kind = 'reserve' AND o.reserved_at < $1"
            " AND ($2::timestamptz IS NULL OR (o.reserved_at, o.job_id) > ($2, $3))"
            " ORDER BY o.reserved_at, o.job_id LIMIT $4",
            reserved_before,
            after.reserved_at if after else None,
            after.job_id if after else "",
            limit,
        )
        return [OpenReservation(row["reserved_at"], row["job_id"], row["owner_id"], row["seconds"]) for row in rows]

    async def ended_grants(self, at: datetime.datetime, limit: int) -> Sequence[Grant]:
        """Grants that have ended and were not marked as written off."""
        rows = await self._tx.connection.fetch(
            "SELECT " + _GRANT + " FROM open_grants o JOIN grants g USING (grant_id)"  # noqa: S608 - the same
            " WHERE o.expires_at <= $1 ORDER BY o.expires_at, o.grant_id LIMIT $2",
            at,
            limit,
        )
        return [grant_of(row) for row in rows]

    async def mark_written_off(self, grant_id: str) -> None:
        """`ended_grants` tells this one no longer."""
        await self._tx.connection.execute("DELETE FROM open_grants WHERE grant_id = $1", grant_id)

    async def add_grant(self, grant: Grant) -> None:
        """Add a grant; its seconds come by entries. A month's may be there already. Raises GrantMismatch."""
        added = await self._tx.connection.fetchval(
            "INSERT INTO grants (grant_id, owner_id, source, plan, nominal_s, starts_at, expires_at, granted_at,"
            " origin_id, replaces_id, kept_s) VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11)"
            " ON CONFLICT (grant_id) DO NOTHING RETURNING true",
            grant.grant_id,
            grant.owner_id,
            grant.source.value,
            grant.plan,
            grant.nominal_s,
            grant.starts_at,
            grant.expires_at,
            grant.granted_at,
            grant.origin_id,
            grant.replaces_id,
            grant.kept_s,
        )
        # Whose account is locked says nothing of another person's order of the same reference.
        if not added and grant.source is not Source.PLAN_MONTH:
            raise GrantMismatch

    async def append(self, entry: Entry) -> None:
        """Add an entry to the ledger. That its postings are all of it is checked when the work commits."""
        entry_id: int = await self._tx.connection.fetchval(
            "INSERT INTO entries (kind, owner_id, month, job_id, seconds, balance_change_s, at)"
            " VALUES ($1, $2, $3, $4, $5, $6, $7) RETURNING entry_id",
            entry.kind.value,
            entry.owner_id,
            entry.month.first_day if entry.month else None,
            entry.job_id,
            entry.seconds,
            entry.balance_change_s,
            entry.at,
        )
        for posting in entry.postings:
            await self._tx.connection.execute(
                "INSERT INTO postings (entry_id, grant_id, kind, left_change_s, held_change_s)"
                " VALUES ($1, $2, $3, $4, $5)",
                entry_id,
                posting.grant_id,
                entry.kind.value,
                posting.left_change_s,
                posting.held_change_s,
            )

    async def publish(self, fact: Fact) -> None:
        """Publish once the work has committed."""
        await self._tx.publish(self._encode(fact))
