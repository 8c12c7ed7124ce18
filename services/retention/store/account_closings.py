"""Closings of accounts in PostgreSQL, beside the erasures that they begin."""

from __future__ import annotations

import contextlib
import datetime
from collections.abc import AsyncIterator, Sequence

import asyncpg

from chassis.db.pool import Database
from chassis.db.transaction import Transaction, transaction
from services.retention.domain.account_closing import Closing
from services.retention.domain.facts import Fact
from services.retention.store.account_erasures import AccountErasureWork
from services.retention.store.erasures import Encode
from services.retention.store.receipt_chain import ReceiptChain

_SELECT = (
    "SELECT user_id, asked_at, due_at, at_once, idempotency_key, idempotency_keys, withdrawn_at, begun_at"
    " FROM account_closings"
)
_WAITING = "withdrawn_at IS NULL AND begun_at IS NULL"


class AccountClosingStore:
    """Units of work on closings."""

    def __init__(self, database: Database, encode: Encode) -> None:
        """In retention's own schema; `encode` is the envelope of each fact."""
        self._database = database
        self._encode = encode

    @contextlib.asynccontextmanager
    async def transaction(self) -> AsyncIterator[AccountClosingWork]:
        """A unit of work."""
        async with transaction(self._database) as tx:
            yield AccountClosingWork(tx, self._encode)


class AccountClosingWork(AccountErasureWork):
    """One unit of work."""

    def __init__(self, tx: Transaction, encode: Encode) -> None:
        """Made by `AccountClosingStore.transaction`."""
        # It begins erasures and ends none, so that there is nothing to sign.
        super().__init__(tx.connection, ReceiptChain(None))
        self._tx = tx
        self._encode = encode

    async def add_closing(self, closing: Closing, token_hash: bytes) -> bool:
        """Note a person's first; false where they have one, ended or not, which stays as it is."""
        tag: str = await self._tx.connection.execute(
            "INSERT INTO account_closings (user_id, asked_at, due_at, at_once, idempotency_key, idempotency_keys,"
            " token_hash) VALUES ($1, $2, $3, $4, $5, $6, $7) ON CONFLICT (user_id) DO NOTHING",
            *(closing.user_id, closing.asked_at, closing.due_at, closing.at_once, closing.idempotency_key),
            *(list(closing.keys), token_hash),
        )
        return tag.endswith(" 1")

    async def closing(self, user_id: str) -> Closing | None:
        """A person's as it was committed last."""
        return _closing(await self._tx.connection.fetchrow(f"{_SELECT} WHERE user_id = $1", user_id))

    async def locked_closing(self, user_id: str) -> Closing | None:
        """A person's, which nobody else changes until the work commits."""
        return _closing(await self._tx.connection.fetchrow(f"{_SELECT} WHERE user_id = $1 FOR UPDATE", user_id))

    async def closing_by(self, token_hash: bytes) -> Closing | None:
        """The one that is followed by a token."""
        return _closing(await self._tx.connection.fetchrow(f"{_SELECT} WHERE token_hash = $1", token_hash))

    async def due_closings(self, now: datetime.datetime, limit: int) -> Sequence[Closing]:
        """The longest due that wait, and nobody else holds; locked until the work commits."""
        rows = await self._tx.connection.fetch(
            f"{_SELECT} WHERE {_WAITING} AND due_at <= $1 ORDER BY due_at LIMIT $2 FOR UPDATE SKIP LOCKED", now, limit
        )
        return [closing for closing in map(_closing, rows) if closing is not None]

    async def save_closing(self, closing: Closing, token_hash: bytes | None = None) -> None:
        """Store the changes of a locked one; with a digest, it is followed by that token from now on."""
        await self._tx.connection.execute(
            "UPDATE account_closings SET asked_at = $2, due_at = $3, at_once = $4, idempotency_key = $5,"
            " idempotency_keys = $6, withdrawn_at = $7, begun_at = $8, token_hash = coalesce($9, token_hash)"
            " WHERE user_id = $1",
            *(closing.user_id, closing.asked_at, closing.due_at, closing.at_once, closing.idempotency_key),
            *(list(closing.keys), closing.withdrawn_at, closing.begun_at, token_hash),
        )

    async def next_due(self) -> datetime.datetime | None:
        """When the first of those that wait is due."""
        first: datetime.datetime | None = await self._tx.connection.fetchval(
            f"SELECT min(due_at) FROM account_closings WHERE {_WAITING}"  # noqa: S608 - the condition is a constant of this file
        )
        return first

    async def forget_withdrawn(self, before: datetime.datetime, limit: int) -> int:
        """Remove at most so many that were taken back before then; the number removed."""
        tag: str = await self._tx.connection.execute(
            "DELETE FROM account_closings WHERE user_id = ANY(ARRAY(SELECT user_id FROM account_closings"
            " WHERE withdrawn_at < $1 LIMIT $2 FOR UPDATE SKIP LOCKED))",
            before,
            limit,
        )
        return int(tag.rpartition(" ")[2])

    async def forget_over(self, before: datetime.datetime, limit: int) -> int:
        """Remove at most so many whose erasure was over before then; the number removed."""
        tag: str = await self._tx.connection.execute(
            "DELETE FROM account_closings WHERE user_id = ANY(ARRAY(SELECT user_id FROM account_closings AS closing"
            " JOIN account_erasures AS erasure USING (user_id) WHERE closing.begun_at < $1 AND erasure.finished_at < $1"
            " LIMIT $2 FOR UPDATE OF closing SKIP LOCKED))",
            before,
            limit,
        )
        return int(tag.rpartition(" ")[2])

    async def publish(self, fact: Fact) -> None:
        """Publish once the work has committed."""
        await self._tx.publish(self._encode(fact))


def _closing(row: asyncpg.Record | None) -> Closing | None:
    if row is None:
        return None
    return Closing(
        user_id=row["user_id"],
        asked_at=row["asked_at"],
        due_at=row["due_at"],
        at_once=row["at_once"],
        idempotency_key=row["idempotency_key"],
        withdrawn_at=row["withdrawn_at"],
        begun_at=row["begun_at"],
        keys=_keys(row["idempotency_keys"], row["idempotency_key"]),
    )


def _keys(kept: Sequence[str], last: str) -> tuple[str, ...]:
    # A process of the version before keeps the last alone.
    return tuple(kept) if not last or last in kept else (*kept, last)
