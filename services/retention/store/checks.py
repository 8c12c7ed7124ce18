"""Checks and their findings in PostgreSQL."""

from __future__ import annotations

import contextlib
import datetime
import json
from collections.abc import AsyncIterator, Collection, Mapping, Sequence

import asyncpg

from chassis.db.pool import Database
from chassis.db.transaction import Connection, transaction
from services.retention.domain.finding import Before, Finding, Known, State, is_news, said

HISTORY_EVERY = datetime.timedelta(hours=1)
"""A finding that says the same as the one before joins the history this often."""


class CheckStore:
    """Units of work on findings."""

    def __init__(self, database: Database) -> None:
        """In retention's own schema."""
        self._database = database

    @contextlib.asynccontextmanager
    async def transaction(self) -> AsyncIterator[PostgresCheckWork]:
        """A unit of work."""
        async with transaction(self._database) as tx:
            yield PostgresCheckWork(tx.connection)


class PostgresCheckWork:
    """One unit of work."""

    def __init__(self, connection: Connection) -> None:
        """Made by `CheckStore.transaction`."""
        self._connection = connection

    async def enrol(self, names: Collection[str], now: datetime.datetime) -> None:
        """Have these run from now on; those enrolled before stay as they are."""
        await self._connection.execute(
            "INSERT INTO checks (check_name, due_at) SELECT name, $2 FROM unnest($1::text[]) AS name"
            " WHERE NOT EXISTS (SELECT 1 FROM checks WHERE check_name = name) ON CONFLICT DO NOTHING",
            list(names),
            now,
        )

    async def claim(
        self, names: Collection[str], now: datetime.datetime, until: datetime.datetime, limit: int
    ) -> Sequence[str]:
        """Take the longest due of these that nobody has taken; they are left alone by others until then."""
        rows = await self._connection.fetch(
            "UPDATE checks SET due_at = $3 WHERE check_name = ANY(ARRAY(SELECT check_name FROM checks"
            " WHERE check_name = ANY($1) AND due_at <= $2 ORDER BY due_at, check_name LIMIT $4"
            " FOR UPDATE SKIP LOCKED)) RETURNING check_name",
            list(names),
            now,
            until,
            limit,
        )
        return [row["check_name"] for row in rows]

    async def hasten(self, names: Collection[str], now: datetime.datetime) -> None:
        """Have these run now, whenever they were due."""
        await self._connection.execute(
            "UPDATE checks SET due_at = $2 WHERE check_name = ANY($1) AND due_at > $2", list(names), now
        )

    async def keep(self, finding: Finding, due_at: datetime.datetime, claimed: datetime.datetime) -> Before:
        """Keep what a run found, unless a later one is kept; what was known until then.

        The check is due again from then on, where it is still as it was taken on, until `claimed`: who has it run
        meanwhile wants another look.
        """
        before = await self._before(finding.check)
        figures = json.dumps(dict(finding.figures), sort_keys=True)
        found = (finding.check, finding.state.value, str(finding.reason), finding.service, figures, finding.seen_at)
        # Before the row is changed, which it is compared with.
        await self._connection.execute(
            "WITH before AS MATERIALIZED (SELECT state, reason, service, figures, seen_at FROM checks"
            " WHERE check_name = $1)"
            " INSERT INTO findings (check_name, state, reason, service, figures, seen_at)"
            " SELECT $1, $2::text, $3::text, $4::text, $5::jsonb, $6::timestamptz FROM before"
            " WHERE before.seen_at IS NULL OR (before.seen_at < $6 AND ("
            "(before.state, before.reason, before.service, before.figures) IS DISTINCT FROM ($2, $3, $4, $5)"
            " OR NOT EXISTS (SELECT 1 FROM findings WHERE check_name = $1 AND seen_at > $6 - $7::interval)))",
            *found,
            HISTORY_EVERY,
        )
        await self._connection.execute(
            "UPDATE checks SET state = $2::text, reason = $3, service = $4, figures = $5, seen_at = $6,"
            " told = $9, due_at = CASE WHEN due_at = $8 THEN $7 ELSE due_at END,"
            " kept_at = CASE WHEN $2 = 'kept' THEN $6::timestamptz ELSE kept_at END"
            " WHERE check_name = $1 AND (seen_at IS NULL OR seen_at <= $6)",
            *found,
            due_at,
            claimed,
            said(finding) if is_news(before, finding) else before.told,
        )
        return before

    async def _before(self, name: str) -> Before:
        """Whoever keeps another finding of this check waits until this one is."""
        row = await self._connection.fetchrow(
            "SELECT check_name, state, reason, service, figures, seen_at, kept_at, told FROM checks"
            " WHERE check_name = $1 FOR UPDATE",
            name,
        )
        if row is None:
            return Before(None)
        return Before(None if row["seen_at"] is None else Known(_finding(row), row["kept_at"]), row["told"])

    async def known(self) -> Mapping[str, Known]:
        """The last finding of each check that was run."""
        rows = await self._connection.fetch(
            "SELECT check_name, state, reason, service, figures, seen_at, kept_at FROM checks WHERE seen_at IS NOT NULL"
        )
        return {row["check_name"]: Known(_finding(row), row["kept_at"]) for row in rows}

    async def forget(self, seen_before: datetime.datetime, limit: int) -> int:
        """Remove old findings from the history; how many."""
        tag: str = await self._connection.execute(
            "DELETE FROM findings WHERE finding_id = ANY(ARRAY(SELECT finding_id FROM findings WHERE seen_at < $1"
            " ORDER BY seen_at LIMIT $2 FOR UPDATE SKIP LOCKED))",
            seen_before,
            limit,
        )
        return int(tag.rpartition(" ")[2])


def _finding(row: asyncpg.Record) -> Finding:
    return Finding(
        check=row["check_name"],
        state=State(row["state"]),
        seen_at=row["seen_at"],
        figures=json.loads(row["figures"]),
        reason=row["reason"],
        service=row["service"],
    )
