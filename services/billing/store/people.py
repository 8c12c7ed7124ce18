"""People who are erased, in PostgreSQL: what goes, and the payment records that stay."""

from __future__ import annotations

import datetime
from collections.abc import Mapping, Sequence

from chassis.db.erased import ErasedPeople
from chassis.db.pool import Database
from chassis.db.transaction import Connection, Transaction, transaction
from services.billing.domain.errors import AccountNotFound
from services.billing.domain.payments import Invoice


class PeopleStore:
    """Each call is one transaction."""

    def __init__(self, database: Database) -> None:
        """In billing's own schema."""
        self._database = database

    async def close(self, owner_id: str) -> None:
        """From now on nothing new is written of them."""
        async with transaction(self._database) as tx:
            await ErasedPeople(tx.connection).begin(owner_id)

    async def is_erased(self, owner_id: str) -> bool:
        """Whether their erasure has begun."""
        async with transaction(self._database) as tx:
            return await ErasedPeople(tx.connection).is_erased(owner_id)

    async def note_erased(self, owner_id: str, counts: Mapping[str, int]) -> None:
        """Add to what was erased of them."""
        async with transaction(self._database) as tx:
            await ErasedPeople(tx.connection).count(owner_id, counts)

    async def open_jobs(self, owner_id: str) -> Sequence[str]:
        """Jobs of theirs for which seconds are set aside."""
        async with transaction(self._database) as tx:
            rows = await tx.connection.fetch("SELECT job_id FROM open_reservations WHERE owner_id = $1", owner_id)
        return [row["job_id"] for row in rows]

    async def empty(self, owner_id: str, at: datetime.datetime) -> tuple[bool, Mapping[str, int]]:
        """Remove all but payment records; whether that is all, and what was erased in all.

        False while a job still holds seconds, and nothing is removed.
        """
        async with transaction(self._database) as tx:
            erased = ErasedPeople(tx.connection)
            # Whoever is writing down a job's end has this lock, and is waited for.
            await tx.connection.execute("SELECT owner_id FROM accounts WHERE owner_id = $1 FOR UPDATE", owner_id)
            if await tx.connection.fetchval(
                "SELECT EXISTS (SELECT 1 FROM open_reservations WHERE owner_id = $1)", owner_id
            ):
                return False, await erased.counts(owner_id)
            await erased.count(owner_id, await _emptied(tx.connection, owner_id, at))
            await erased.finish(owner_id)
            return True, await erased.counts(owner_id)

    async def keep_invoices(self, look: int, owner_id: str, invoices: Sequence[Invoice]) -> None:
        """Keep what became of an erased person's invoices: no payment record is lost before its life ends."""
        async with transaction(self._database) as tx:
            # Locked, so that a purge neither misses what is written here nor is followed by it.
            is_purged = await tx.connection.fetchval(
                "SELECT records_purged_at IS NOT NULL FROM erased_people WHERE user_id = $1 FOR SHARE", owner_id
            )
            if is_purged:
                return
            await keep_invoices(tx, look, owner_id, invoices, has_url=False)


async def require_known(connection: Connection, owner_id: str) -> None:
    """Raises AccountNotFound once a person's erasure has begun; one that begins now waits for this transaction."""
    if await ErasedPeople(connection).is_erased(owner_id):
        raise AccountNotFound


async def keep_invoices(
    tx: Transaction, look: int, owner_id: str, invoices: Sequence[Invoice], *, has_url: bool = True
) -> None:
    """Keep a person's invoices as they are by this look."""
    await tx.connection.executemany(
        "INSERT INTO invoices (invoice_id, owner_id, number, created_at, total, currency, state, url, look)"
        " VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9) ON CONFLICT (invoice_id) DO UPDATE SET number = excluded.number,"
        " total = excluded.total, url = excluded.url, look = excluded.look,"
        # An invoice of which the provider says no state for once is no draft again.
        " state = CASE excluded.state WHEN 'draft' THEN invoices.state ELSE excluded.state END",
        [
            (
                *(invoice.invoice_id, owner_id, invoice.number or None, invoice.created_at, invoice.total),
                *(invoice.currency, invoice.state, (invoice.url or None) if has_url else None, look),
            )
            for invoice in invoices
        ],
    )
    # A draft that was deleted was never an invoice.
    await tx.connection.execute(
        "DELETE FROM invoices WHERE owner_id = $1 AND look < $2 AND state = 'draft'", owner_id, look
    )


async def _emptied(connection: Connection, owner_id: str, at: datetime.datetime) -> Mapping[str, int]:
    counts = {
        "checkout_orders": await connection.execute("DELETE FROM checkout_orders WHERE owner_id = $1", owner_id),
        "accounts": await connection.execute("DELETE FROM accounts WHERE owner_id = $1", owner_id),
        "open_grants": await connection.execute("DELETE FROM open_grants WHERE owner_id = $1", owner_id),
    }
    await connection.execute(
        "DELETE FROM due_looks WHERE subject IN (SELECT customer_id FROM customers WHERE owner_id = $1)", owner_id
    )
    # Whoever has an invoice's address can read it, name and all.
    await connection.execute("UPDATE invoices SET url = NULL WHERE owner_id = $1", owner_id)
    counts["customers"] = await connection.execute(
        "DELETE FROM customers WHERE owner_id = $1"
        " AND NOT EXISTS (SELECT 1 FROM invoices WHERE invoices.owner_id = customers.owner_id)",
        owner_id,
    )
    await connection.execute(
        "UPDATE customers SET erased_at = $2, state = 'none', plan = NULL, next_plan = NULL, paid_until = NULL,"
        " usable_until = NULL, had_subscription = false WHERE owner_id = $1 AND erased_at IS NULL",
        owner_id,
        at,
    )
    return {kind: int(tag.rpartition(" ")[2]) for kind, tag in counts.items()}
