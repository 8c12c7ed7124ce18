"""Payment records past their life, in PostgreSQL: whose they are, and what goes in one step."""

from __future__ import annotations

import datetime
from collections.abc import Mapping

from chassis.db.pool import Database
from chassis.db.transaction import Connection, transaction

# Whoever is still there in any way is not touched, whatever the note of their erasure says: a backup may have brought
# them back. Nor is anybody with an invoice younger than seven years, as that of a payment that came late is.
_DUE = (
    " FROM erased_people AS erased WHERE records_purged_at IS NULL"
    " AND finished_at < least($1::timestamptz, now() - interval '7 years')"
    " AND NOT EXISTS (SELECT FROM accounts WHERE owner_id = erased.user_id)"
    " AND NOT EXISTS (SELECT FROM open_reservations WHERE owner_id = erased.user_id)"
    " AND NOT EXISTS (SELECT FROM open_grants WHERE owner_id = erased.user_id)"
    " AND NOT EXISTS (SELECT FROM customers WHERE owner_id = erased.user_id AND erased_at IS NULL)"
    " AND NOT EXISTS (SELECT FROM invoices WHERE owner_id = erased.user_id"
    " AND created_at >= least($1::timestamptz, now() - interval '7 years'))"
)
_NOBODYS = " FROM entries WHERE owner_id IS NULL AND at < least($1::timestamptz, now() - interval '7 years')"
_ENTRIES = (
    "WITH batch AS MATERIALIZED (SELECT entry_id FROM entries WHERE owner_id = $1 ORDER BY entry_id LIMIT $2),"
    " lines AS (DELETE FROM postings WHERE entry_id = ANY(ARRAY(SELECT entry_id FROM batch)))"
    " DELETE FROM entries WHERE entry_id = ANY(ARRAY(SELECT entry_id FROM batch))"
)
_GRANTS = (
    "DELETE FROM grants WHERE grant_id = ANY(ARRAY(SELECT grant_id FROM grants AS g WHERE owner_id = $1"
    " AND NOT EXISTS (SELECT FROM grants AS later WHERE later.replaces_id = g.grant_id) LIMIT $2))"
)
_INVOICES = (
    "DELETE FROM invoices WHERE invoice_id = ANY(ARRAY(SELECT invoice_id FROM invoices WHERE owner_id = $1 LIMIT $2))"
)
_BATCHES = (("ledger_entries", _ENTRIES), ("grants", _GRANTS), ("invoices", _INVOICES))
"""In their order: a grant goes after its postings, which go with their entries, and after what replaced it."""


class PurgeStore:
    """Each call is one transaction."""

    def __init__(self, database: Database) -> None:
        """In billing's own schema."""
        self._database = database

    async def purge_some(self, older_than: datetime.datetime, limit: int) -> Mapping[str, int] | None:
        """Remove up to so many records of one person whose life ended before then; None once nobody is to be found.

        Whom another process is at is left to it.
        """
        async with transaction(self._database) as tx:
            user_id = await tx.connection.fetchval(
                "SELECT user_id" + _DUE + " ORDER BY finished_at, user_id LIMIT 1 FOR UPDATE SKIP LOCKED", older_than
            )
            if user_id is not None:
                return await _purged(tx.connection, user_id, limit)
            tag = await tx.connection.execute(
                f"DELETE FROM entries WHERE entry_id = ANY(ARRAY(SELECT entry_id{_NOBODYS}"  # noqa: S608 - the constant above
                " ORDER BY at LIMIT $2 FOR UPDATE SKIP LOCKED))",
                older_than,
                limit,
            )
            count = _count(tag)
            return {"ledger_entries": count} if count else None

    async def holds_any(self, older_than: datetime.datetime) -> bool:
        """Whether any record is left whose life ended before then, also where another process is at it."""
        async with transaction(self._database) as tx:
            found: bool = await tx.connection.fetchval(
                f"SELECT EXISTS (SELECT 1{_DUE}) OR EXISTS (SELECT 1{_NOBODYS})",
                older_than,
            )
        return found


async def _purged(connection: Connection, user_id: str, limit: int) -> Mapping[str, int]:
    """A step of one person, whose note is locked; their last one notes that nothing is left."""
    for kind, statement in _BATCHES:
        if count := _count(await connection.execute(statement, user_id, limit)):
            return {kind: count}
    await connection.execute(
        "DELETE FROM due_looks WHERE subject IN (SELECT customer_id FROM customers WHERE owner_id = $1)", user_id
    )
    customers = _count(await connection.execute("DELETE FROM customers WHERE owner_id = $1", user_id))
    await connection.execute("UPDATE erased_people SET records_purged_at = now() WHERE user_id = $1", user_id)
    # Whoever never paid is one more of whom nothing is left: without them a step might seem to have done nothing.
    return {"customers": customers, "people": 1}


def _count(tag: str) -> int:
    return int(tag.rpartition(" ")[2])
