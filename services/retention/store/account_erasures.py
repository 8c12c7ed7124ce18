"""Erasures of people in PostgreSQL."""

from __future__ import annotations

import contextlib
import datetime
import json
from collections.abc import AsyncIterator, Sequence

import asyncpg

from chassis.db.pool import Database
from chassis.db.transaction import Connection, transaction
from services.retention.domain.account_erasure import DOOR, HOLDERS, AccountErasure, Step
from services.retention.domain.deletion import of_account
from services.retention.store.exports import drop_exports
from services.retention.store.receipt_chain import ReceiptChain, Signed
from services.retention.store.request_emptying import drop_requests

_ORDER = (DOOR, *HOLDERS)
_STEPS = (
    "SELECT user_id, holder, tries, not_before, finished_at, fault, counts FROM account_erasure_steps"
    " WHERE user_id = ANY ($1)"
)


class AccountErasureStore:
    """Units of work on erasures of people."""

    def __init__(self, database: Database, chain: ReceiptChain | None = None) -> None:
        """In retention's own schema. Without a chain, receipts wait to be signed."""
        self._database = database
        self._chain = chain or ReceiptChain(None)

    @contextlib.asynccontextmanager
    async def transaction(self) -> AsyncIterator[AccountErasureWork]:
        """A unit of work."""
        async with transaction(self._database) as tx:
            yield AccountErasureWork(tx.connection, self._chain)


class AccountErasureWork:
    """One unit of work."""

    def __init__(self, connection: Connection, chain: ReceiptChain) -> None:
        """Made by `AccountErasureStore.transaction`."""
        self._connection = connection
        self._chain = chain

    async def add(self, erasure: AccountErasure) -> bool:
        """Note a new one; false when the person has one, finished or not, which stays as it is."""
        tag: str = await self._connection.execute(
            "INSERT INTO account_erasures (user_id, requested_at, due_at) VALUES ($1, $2, $3) ON CONFLICT DO NOTHING",
            erasure.user_id,
            erasure.requested_at,
            erasure.due_at,
        )
        if tag.endswith(" 1"):
            # Copies of what is being erased must not outlast the first of it.
            await drop_exports(self._connection, erasure.user_id, erasure.requested_at)
            await self._save_steps(erasure)
            return True
        return False

    async def claim(self, now: datetime.datetime, until: datetime.datetime, limit: int) -> Sequence[AccountErasure]:
        """Take the longest due that nobody has taken; they are left alone by others until then."""
        rows = await self._connection.fetch(
            "UPDATE account_erasures SET due_at = $2 WHERE user_id = ANY(ARRAY(SELECT user_id FROM account_erasures"
            " WHERE finished_at IS NULL AND due_at <= $1 ORDER BY due_at LIMIT $3 FOR UPDATE SKIP LOCKED))"
            " RETURNING user_id, requested_at, finished_at",
            now,
            until,
            limit,
        )
        return await self._whole(rows)

    async def get(self, user_id: str) -> AccountErasure | None:
        """A person's as it was committed last; whoever looks waits for nobody."""
        rows = await self._connection.fetch(
            "SELECT user_id, requested_at, finished_at FROM account_erasures WHERE user_id = $1", user_id
        )
        return next(iter(await self._whole(rows)), None)

    async def locked(self, user_id: str) -> AccountErasure | None:
        """A person's, which nobody else changes until the work commits."""
        rows = await self._connection.fetch(
            "SELECT user_id, requested_at, finished_at FROM account_erasures WHERE user_id = $1 FOR UPDATE", user_id
        )
        return next(iter(await self._whole(rows)), None)

    async def save(self, erasure: AccountErasure, due_at: datetime.datetime) -> None:
        """Store the changes of a locked one, which may be taken again from that moment on."""
        was_over = await self._connection.fetchval(
            "UPDATE account_erasures AS e SET due_at = $2, finished_at = $3, requested_at = $4,"
            # One that began anew gets another receipt once it is over.
            " signed_at = CASE WHEN $3::timestamptz IS NULL THEN NULL ELSE e.signed_at END"
            " FROM account_erasures AS before WHERE e.user_id = $1 AND before.user_id = $1"
            " RETURNING before.finished_at IS NOT NULL",
            erasure.user_id,
            due_at,
            erasure.finished_at,
            erasure.requested_at,
        )
        if was_over and erasure.finished_at is None:
            # It begins anew: as where one is added.
            await drop_exports(self._connection, erasure.user_id, erasure.requested_at)
        await self._save_steps(erasure)

    async def forget_evidence(self, owner_id: str) -> int:
        """Remove what retention itself holds of a person: evidence, duties, and what they wrote to us; how many.

        What leads to their entries in the chain goes first: whoever is just appending one is waited for.
        """
        await self._connection.execute("DELETE FROM receipt_salts WHERE owner_id = $1", owner_id)
        now: datetime.datetime = await self._connection.fetchval("SELECT now()")
        await drop_exports(self._connection, owner_id, now)
        await drop_requests(self._connection, owner_id, now)
        tags = [
            await self._connection.execute("DELETE FROM duties WHERE owner_id = $1", owner_id),
            await self._connection.execute("DELETE FROM erasures WHERE owner_id = $1", owner_id),
            await self._connection.execute("DELETE FROM track_erasures WHERE owner_id = $1", owner_id),
        ]
        return sum(int(tag.rpartition(" ")[2]) for tag in tags)

    async def sign(self, erasure: AccountErasure) -> None:
        """Append the receipt of one that is over, in the work that saves it; or leave it for whoever may sign."""
        now = erasure.finished_at or erasure.requested_at
        for signed in await self._chain.append(self._connection, [of_account(erasure)], {}):
            await keep_account_receipt(self._connection, erasure.user_id, signed, now)

    async def oldest(self) -> datetime.datetime | None:
        """When the oldest of those that are not finished was requested."""
        oldest: datetime.datetime | None = await self._connection.fetchval(
            "SELECT min(requested_at) FROM account_erasures WHERE finished_at IS NULL"
        )
        return oldest

    async def _save_steps(self, erasure: AccountErasure) -> None:
        await self._connection.executemany(
            "INSERT INTO account_erasure_steps (user_id, holder, tries, not_before, finished_at, fault, counts)"
            " VALUES ($1, $2, $3, $4, $5, $6, $7) ON CONFLICT (user_id, holder) DO UPDATE SET tries = excluded.tries,"
            " not_before = excluded.not_before, finished_at = excluded.finished_at, fault = excluded.fault,"
            " counts = excluded.counts",
            [
                (
                    *(erasure.user_id, step.holder, step.tries, step.not_before, step.finished_at, step.fault),
                    json.dumps(dict(step.counts), sort_keys=True),
                )
                for step in erasure.steps
            ],
        )

    async def _whole(self, rows: Sequence[asyncpg.Record]) -> Sequence[AccountErasure]:
        steps: dict[str, list[Step]] = {row["user_id"]: [] for row in rows}
        for row in await self._connection.fetch(_STEPS, list(steps)):
            steps[row["user_id"]].append(_step(row))
        return [
            AccountErasure(
                row["user_id"],
                row["requested_at"],
                tuple(sorted(steps[row["user_id"]], key=_place)),
                row["finished_at"],
            )
            for row in rows
        ]


async def keep_account_receipt(connection: Connection, user_id: str, signed: Signed, now: datetime.datetime) -> None:
    """For a while from now on it can be told whose entry that is."""
    await connection.execute("UPDATE account_erasures SET signed_at = $2 WHERE user_id = $1", user_id, now)
    await connection.execute(
        "INSERT INTO account_receipts (user_id, sequence, opening, signed_at) VALUES ($1, $2, $3, $4)"
        " ON CONFLICT (user_id) DO UPDATE SET sequence = excluded.sequence, opening = excluded.opening,"
        " signed_at = excluded.signed_at",
        user_id,
        signed.sequence,
        signed.opening,
        now,
    )


def _place(step: Step) -> int:
    # A newer version may know more holders, which an older one waits for.
    return _ORDER.index(step.holder) if step.holder in _ORDER else len(_ORDER)


def _step(row: asyncpg.Record) -> Step:
    return Step(
        holder=row["holder"],
        not_before=row["not_before"],
        tries=row["tries"],
        finished_at=row["finished_at"],
        fault=row["fault"],
        counts=json.loads(row["counts"]),
    )
