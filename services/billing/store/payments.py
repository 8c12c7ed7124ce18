"""Records of payments in PostgreSQL: customers, invoices, and the reconciliation's place."""

from __future__ import annotations

import dataclasses
import datetime
from collections.abc import Sequence

import asyncpg

from chassis.db.transaction import Transaction, transaction
from services.billing.app.payment_ports import CustomerRecord, DueLook, InvoicePlace, KeptInvoice, Reconciling
from services.billing.domain.errors import IdempotencyKeyReused
from services.billing.domain.payments import Card, Invoice, ReceivedEvent
from services.billing.domain.standing import PaymentState
from services.billing.store.people import PeopleStore, keep_invoices, require_known

_RECORD = (
    "SELECT owner_id, customer_id, asked_at, state, plan, next_plan, paid_until, usable_until, had_subscription,"
    " card_type, card_last4 FROM customers WHERE owner_id = $1"
)


class PaymentStore(PeopleStore):
    """Each call is one transaction."""

    async def record_of(self, owner_id: str) -> CustomerRecord | None:
        """A person's record."""
        async with transaction(self._database) as tx:
            row = await tx.connection.fetchrow(_RECORD, owner_id)
        return _record(row) if row else None

    async def owner_of(self, customer_id: str) -> str | None:
        """Whose customer that is."""
        async with transaction(self._database) as tx:
            found: str | None = await tx.connection.fetchval(
                "SELECT owner_id FROM customers WHERE customer_id = $1", customer_id
            )
        return found

    async def ask_customer(self, owner_id: str, at: datetime.datetime) -> CustomerRecord:
        """A person's record, made where there is none. Raises AccountNotFound for somebody who was erased."""
        async with transaction(self._database) as tx:
            await require_known(tx.connection, owner_id)
            await tx.connection.execute(
                "INSERT INTO customers (owner_id, asked_at) VALUES ($1, $2) ON CONFLICT DO NOTHING", owner_id, at
            )
            return _record(await tx.connection.fetchrow(_RECORD, owner_id))

    async def name_customer(self, owner_id: str, customer_id: str, at: datetime.datetime) -> str:
        """Keep a person's customer, unless there is one; the one that is kept. Raises AccountNotFound."""
        async with transaction(self._database) as tx:
            await require_known(tx.connection, owner_id)
            kept: str = await tx.connection.fetchval(
                "INSERT INTO customers (owner_id, customer_id, asked_at) VALUES ($1, $2, $3)"
                " ON CONFLICT (owner_id) DO UPDATE SET customer_id = coalesce(customers.customer_id, $2)"
                " RETURNING customer_id",
                owner_id,
                customer_id,
                at,
            )
        return kept

    async def next_look(self) -> int:
        """A number higher than that of any look before."""
        async with transaction(self._database) as tx:
            number: int = await tx.connection.fetchval("SELECT nextval('look_numbers')")
        return number

    async def keep_look(self, look: int, record: CustomerRecord, invoices: Sequence[Invoice]) -> bool:
        """Keep what a look saw; False where a newer one has been kept, and nothing is changed."""
        async with transaction(self._database) as tx:
            kept = await tx.connection.fetchval(
                "UPDATE customers SET look = $2, state = $3, plan = $4, next_plan = $5, paid_until = $6,"
                " usable_until = $7, had_subscription = had_subscription OR $8, card_type = $9, card_last4 = $10"
                " WHERE owner_id = $1 AND look < $2 AND erased_at IS NULL RETURNING true",
                record.owner_id,
                look,
                record.state.value,
                record.plan,
                record.next_plan,
                record.paid_until,
                record.usable_until,
                record.had_subscription,
                record.card.kind if record.card else None,
                record.card.last4 if record.card else None,
            )
            if kept:
                await keep_invoices(tx, look, record.owner_id, invoices)
        return bool(kept)

    async def invoices(self, owner_id: str, after: InvoicePlace | None, limit: int) -> Sequence[KeptInvoice]:
        """A person's invoices, newest first."""
        async with transaction(self._database) as tx:
            rows = await tx.connection.fetch(
                "SELECT invoice_id, number, created_at, total, currency, state, url FROM invoices WHERE owner_id = $1"
                " AND ($2::timestamptz IS NULL OR (created_at, invoice_id) < ($2, $3))"
                " ORDER BY created_at DESC, invoice_id DESC LIMIT $4",
                owner_id,
                after.created_at if after else None,
                after.invoice_id if after else "",
                limit,
            )
        return [
            KeptInvoice(
                *(row["invoice_id"], row["number"] or "", row["created_at"], row["total"], row["currency"]),
                *(row["state"], row["url"] or ""),
            )
            for row in rows
        ]

    async def invoice_named(self, name: str) -> tuple[str, str] | None:
        """Id and customer of the invoice with this id, or with this number, as people read it on the invoice."""
        async with transaction(self._database) as tx:
            found = await tx.connection.fetch(
                "SELECT i.invoice_id, c.customer_id FROM invoices i JOIN customers c USING (owner_id)"
                " WHERE $1 IN (i.invoice_id, i.number) LIMIT 2",
                name,
            )
        # A number that two have, as after a change of account at the provider, names neither.
        return (found[0]["invoice_id"], found[0]["customer_id"]) if len(found) == 1 else None

    # ---- Events and looks ----

    async def receive(self, events: Sequence[ReceivedEvent], at: datetime.datetime) -> int:
        """Keep events and the looks that they ask for, together; how many of them were new."""
        async with transaction(self._database) as tx:
            new = []
            for event in events:
                added = await tx.connection.fetchval(
                    "INSERT INTO received_events (event_id, kind, created_at, received_at) VALUES ($1, $2, $3, $4)"
                    " ON CONFLICT DO NOTHING RETURNING true",
                    event.event_id,
                    event.kind,
                    event.created_at,
                    at,
                )
                if added:
                    new.append(event)
            # In one order everywhere, so that no two transactions wait for each other.
            await _want(tx, sorted({event.subject for event in new if event.subject}), at, is_routine=False)
        return len(new)

    async def want_looks(self, subjects: Sequence[str], at: datetime.datetime, *, is_routine: bool = False) -> None:
        """Let these be looked at from then on; those given up as well. Routine ones wait behind all others."""
        async with transaction(self._database) as tx:
            await _want(tx, sorted(set(subjects)), at, is_routine=is_routine)

    async def claim_look(self, at: datetime.datetime, until: datetime.datetime) -> DueLook | None:
        """A look that is due and that nobody else makes before `until`."""
        async with transaction(self._database) as tx:
            row = await tx.connection.fetchrow(
                "UPDATE due_looks SET claimed_until = $2, attempts = attempts + 1 WHERE subject = ("
                "SELECT subject FROM due_looks WHERE parked_at IS NULL AND due_at <= $1"
                " AND (claimed_until IS NULL OR claimed_until <= $1) ORDER BY is_routine, due_at, subject LIMIT 1"
                " FOR UPDATE SKIP LOCKED) RETURNING subject, wanted, attempts, claimed_until",
                at,
                until,
            )
        return DueLook(row["subject"], row["wanted"], row["attempts"], row["claimed_until"]) if row else None

    async def finish_look(self, look: DueLook, again_at: datetime.datetime | None) -> None:
        """It was made. It is due again when wished for meanwhile, or at `again_at`; never if the claim is lost."""
        async with transaction(self._database) as tx:
            if again_at is None:
                await tx.connection.execute(
                    "DELETE FROM due_looks WHERE subject = $1 AND wanted = $2 AND claimed_until = $3",
                    look.subject,
                    look.wanted,
                    look.claimed_until,
                )
            await tx.connection.execute(
                "UPDATE due_looks SET claimed_until = NULL, attempts = 0, fault = NULL,"
                " due_at = CASE WHEN wanted = $2 THEN coalesce($3, due_at) ELSE due_at END,"
                # What is due by itself is the end of what somebody paid for.
                " is_routine = is_routine AND wanted <> $2"
                " WHERE subject = $1 AND claimed_until = $4",
                look.subject,
                look.wanted,
                again_at,
                look.claimed_until,
            )

    async def fail_look(self, look: DueLook, fault: str, again_at: datetime.datetime, *, parked: bool) -> None:
        """It failed. It is due at `again_at`, or when it was wished for meanwhile; never if the claim is lost."""
        async with transaction(self._database) as tx:
            await tx.connection.execute(
                "UPDATE due_looks SET claimed_until = NULL, fault = $2,"
                " due_at = CASE WHEN wanted = $5 THEN $3::timestamptz ELSE due_at END,"
                " parked_at = CASE WHEN $4::boolean AND wanted = $5 THEN $3::timestamptz END"
                " WHERE subject = $1 AND claimed_until = $6",
                look.subject,
                fault,
                again_at,
                parked,
                look.wanted,
                look.claimed_until,
            )

    async def looks_waiting(self, at: datetime.datetime) -> tuple[int, int]:
        """How many looks are due, and how many were given up."""
        async with transaction(self._database) as tx:
            row = await tx.connection.fetchrow(
                "SELECT count(*) FILTER (WHERE parked_at IS NULL AND due_at <= $1) AS due,"
                " count(*) FILTER (WHERE parked_at IS NOT NULL) AS parked FROM due_looks",
                at,
            )
        return row["due"], row["parked"]

    # ---- Requests with a key ----

    async def order_checkout(
        self, owner_id: str, request_key: str, price_key: str, at: datetime.datetime
    ) -> str | None:
        """Keep what a request's key asks for; the page that it had before.

        Raises IdempotencyKeyReused, AccountNotFound.
        """
        async with transaction(self._database) as tx:
            await require_known(tx.connection, owner_id)
            await tx.connection.execute(
                "INSERT INTO checkout_orders (owner_id, request_key, price_lookup_key, ordered_at)"
                " VALUES ($1, $2, $3, $4) ON CONFLICT DO NOTHING",
                owner_id,
                request_key,
                price_key,
                at,
            )
            row = await tx.connection.fetchrow(
                "SELECT price_lookup_key, url FROM checkout_orders WHERE owner_id = $1 AND request_key = $2",
                owner_id,
                request_key,
            )
        if row["price_lookup_key"] != price_key:
            raise IdempotencyKeyReused
        url: str | None = row["url"]
        return url

    async def keep_checkout(self, owner_id: str, request_key: str, url: str) -> None:
        """Keep the page that a request's key had."""
        async with transaction(self._database) as tx:
            await tx.connection.execute(
                "UPDATE checkout_orders SET url = $3 WHERE owner_id = $1 AND request_key = $2",
                owner_id,
                request_key,
                url,
            )

    # ---- Reconciliation ----

    async def claim_reconciliation(self, at: datetime.datetime, until: datetime.datetime) -> Reconciling | None:
        """The reconciliation, where nobody else is at it."""
        async with transaction(self._database) as tx:
            row = await tx.connection.fetchrow(
                "UPDATE reconciliation SET claimed_until = $2 WHERE claimed_until IS NULL OR claimed_until <= $1"
                " RETURNING phase, place, events_seen_until, began_at, ended_at, claimed_until",
                at,
                until,
            )
        if row is None:
            return None
        return Reconciling(
            *(row["phase"], row["place"], row["events_seen_until"], row["began_at"], row["ended_at"]),
            claimed_until=row["claimed_until"],
        )

    async def keep_reconciliation(self, state: Reconciling, until: datetime.datetime | None) -> bool:
        """How far it has come; None lets go of it. False where the claim was lost, and nothing is changed."""
        async with transaction(self._database) as tx:
            kept = await tx.connection.fetchval(
                "UPDATE reconciliation SET phase = $1, place = $2, events_seen_until = $3, began_at = $4,"
                " ended_at = $5, claimed_until = $6 WHERE claimed_until = $7 RETURNING true",
                state.phase,
                state.place,
                state.since,
                state.began_at,
                state.ended_at,
                until,
                state.claimed_until,
            )
        return bool(kept)

    async def forget(self, before: datetime.datetime) -> None:
        """Remove events and requests that are older."""
        async with transaction(self._database) as tx:
            await tx.connection.execute("DELETE FROM received_events WHERE received_at < $1", before)
            await tx.connection.execute("DELETE FROM checkout_orders WHERE ordered_at < $1", before)


async def _want(tx: Transaction, subjects: Sequence[str], at: datetime.datetime, *, is_routine: bool) -> None:
    for subject in subjects:
        await tx.connection.execute(
            "INSERT INTO due_looks (subject, due_at, is_routine) VALUES ($1, $2, $3)"
            " ON CONFLICT (subject) DO UPDATE SET"
            " wanted = due_looks.wanted + 1, due_at = least(due_looks.due_at, $2), attempts = 0, parked_at = NULL,"
            # One that is due or being tried for a reason of its own is no routine; one that is due later, until then.
            " is_routine = $3 AND (due_looks.is_routine OR (due_looks.attempts = 0 AND due_looks.due_at > $2))",
            subject,
            at,
            is_routine,
        )


def _record(row: asyncpg.Record) -> CustomerRecord:
    card = Card(row["card_type"], row["card_last4"]) if row["card_last4"] else None
    names = ("owner_id", "customer_id", "asked_at", "plan", "next_plan", "paid_until", "usable_until")
    known = {name: row[name] for name in (*names, "had_subscription")}
    return dataclasses.replace(
        CustomerRecord(known["owner_id"], known["customer_id"], known["asked_at"]),
        **known,
        state=PaymentState(row["state"]),
        card=card,
    )
