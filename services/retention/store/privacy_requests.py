"""Requests about privacy in PostgreSQL."""

from __future__ import annotations

import contextlib
import datetime
from collections.abc import AsyncIterator, Sequence

import asyncpg

from chassis.db.pool import Database
from chassis.db.transaction import Connection, transaction
from services.retention.app.request_ports import RequestPlace
from services.retention.domain.privacy_request import Ending, Kind, PrivacyRequest, State, Untold
from services.retention.store.account_erasures import AccountErasureWork
from services.retention.store.receipt_chain import ReceiptChain
from services.retention.store.request_emptying import EMPTIED

_COLUMNS = (
    "number, kind, user_id, reply_to, text, received_at, due_on, extended_at, extension, state, answer, ending,"
    " ended_at, idempotency_key, untold"
)
_SELECT = f"SELECT {_COLUMNS} FROM privacy_requests"  # noqa: S608 - a constant of this file
_LOCK = 0x5052_4551
"""Names the lock of whoever sends, beside whose it is: "PREQ"."""


class PrivacyRequestStore:
    """Units of work on requests."""

    def __init__(self, database: Database) -> None:
        """In retention's own schema."""
        self._database = database

    @contextlib.asynccontextmanager
    async def transaction(self) -> AsyncIterator[PrivacyRequestWork]:
        """A unit of work."""
        async with transaction(self._database) as tx:
            yield PrivacyRequestWork(tx.connection)


class PrivacyRequestWork(AccountErasureWork):
    """One unit of work."""

    def __init__(self, connection: Connection) -> None:
        """Made by `PrivacyRequestStore.transaction`."""
        # It begins erasures and ends none, so that there is nothing to sign.
        super().__init__(connection, ReceiptChain(None))

    async def sending(self, user_id: str) -> None:
        """Hold what decides whether one more may be sent, until the work commits; nobody's are those of strangers."""
        await self._connection.execute("SELECT pg_advisory_xact_lock($1, hashtext($2))", _LOCK, user_id)

    async def add_request(self, request: PrivacyRequest, token_hash: bytes | None) -> None:
        """Note a new one."""
        await self._connection.execute(
            "INSERT INTO privacy_requests (number, kind, user_id, reply_to, text, received_at, due_on, token_hash,"
            " idempotency_key) VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9)",
            *(request.number, request.kind.value, request.user_id, request.reply_to, request.text),
            *(request.received_at, request.due_on, token_hash, request.idempotency_key),
        )

    async def request_by_key(self, user_id: str, idempotency_key: str) -> PrivacyRequest | None:
        """The one that a person sent under this key."""
        return await self._one(
            "user_id = $1 AND idempotency_key = $2 AND idempotency_key <> ''", user_id, idempotency_key
        )

    async def open_count(self, user_id: str) -> int:
        """How many of a person wait; of strangers for nobody."""
        count: int = await self._connection.fetchval(
            "SELECT count(*) FROM privacy_requests WHERE state = 'open' AND user_id = $1", user_id
        )
        return count

    async def requests_of(self, user_id: str, limit: int) -> Sequence[PrivacyRequest]:
        """A person's, newest first."""
        return await self._several("user_id = $1 AND user_id <> '' ORDER BY received_at DESC LIMIT $2", user_id, limit)

    async def followed(self, number: str, token_hash: bytes) -> PrivacyRequest | None:
        """The one of this number, where it is followed by this token."""
        return await self._one("token_hash = $2 AND number = $1", number, token_hash)

    async def request(self, number: str) -> PrivacyRequest | None:
        """As it was committed last."""
        return await self._one("number = $1", number)

    async def locked_request(self, number: str) -> PrivacyRequest | None:
        """One, which nobody else changes until the work commits."""
        return await self._one("number = $1 FOR UPDATE", number)

    async def save_request(self, request: PrivacyRequest, tell_at: datetime.datetime) -> None:
        """Store the changes of a locked one; where anything is to be told, it is tried from that moment on."""
        await self._connection.execute(
            "UPDATE privacy_requests SET reply_to = $2, due_on = $3, extended_at = $4, extension = $5, state = $6,"
            " answer = $7, ending = $8, ended_at = $9, untold = $10, tell_at = $11 WHERE number = $1",
            *(request.number, request.reply_to, request.due_on, request.extended_at, request.extension),
            *(request.state.value, request.answer, request.ending.value, request.ended_at, request.untold.value),
            tell_at if request.untold is not Untold.NOTHING else None,
        )

    async def open_page(self, after: RequestPlace | None, limit: int) -> Sequence[PrivacyRequest]:
        """Those that wait, soonest due first."""
        if after is None:
            return await self._several("state = 'open' ORDER BY due_on, number LIMIT $1", limit)
        return await self._several(
            "state = 'open' AND (due_on, number) > ($2, $3) ORDER BY due_on, number LIMIT $1",
            *(limit, after.at.date(), after.number),
        )

    async def ended_page(self, after: RequestPlace | None, limit: int) -> Sequence[PrivacyRequest]:
        """Those that ended, last ended first."""
        if after is None:
            return await self._several("ended_at IS NOT NULL ORDER BY ended_at DESC, number LIMIT $1", limit)
        return await self._several(
            "ended_at <= $2 AND (ended_at < $2 OR number > $3) ORDER BY ended_at DESC, number LIMIT $1",
            *(limit, after.at, after.number),
        )

    async def claim_untold(
        self, now: datetime.datetime, until: datetime.datetime, limit: int
    ) -> Sequence[PrivacyRequest]:
        """Those of which somebody is to be told now; they are left alone by others until then."""
        rows = await self._connection.fetch(
            "UPDATE privacy_requests SET tell_at = $2 WHERE number = ANY(ARRAY(SELECT number FROM privacy_requests"  # noqa: S608 - a constant of this file
            f" WHERE tell_at <= $1 ORDER BY tell_at LIMIT $3 FOR UPDATE SKIP LOCKED)) RETURNING {_COLUMNS}",
            *(now, until, limit),
        )
        return [_request(row) for row in rows]

    async def empty_requests(self, ended_before: datetime.datetime, limit: int) -> int:
        """Remove what was written, and whose it was, from so many that ended before then; the number of them."""
        tag: str = await self._connection.execute(
            f"UPDATE privacy_requests SET {EMPTIED} WHERE number = ANY(ARRAY(SELECT number FROM privacy_requests"  # noqa: S608 - a constant of this file
            " WHERE ended_at < $1 AND text <> '' LIMIT $2 FOR UPDATE SKIP LOCKED))",
            *(ended_before, limit),
        )
        return int(tag.rpartition(" ")[2])

    async def forget_requests(self, ended_before: datetime.datetime, limit: int) -> int:
        """Remove at most so many that ended before then; the number removed."""
        tag: str = await self._connection.execute(
            "DELETE FROM privacy_requests WHERE number = ANY(ARRAY(SELECT number FROM privacy_requests"
            " WHERE ended_at < $1 LIMIT $2 FOR UPDATE SKIP LOCKED))",
            *(ended_before, limit),
        )
        return int(tag.rpartition(" ")[2])

    async def soonest_due(self) -> datetime.date | None:
        """The first legal day of those that wait."""
        soonest: datetime.date | None = await self._connection.fetchval(
            "SELECT min(due_on) FROM privacy_requests WHERE state = 'open'"
        )
        return soonest

    async def oldest_untold(self) -> datetime.datetime | None:
        """When the first was answered or extended of which nobody could be told yet."""
        oldest: datetime.datetime | None = await self._connection.fetchval(
            "SELECT min(coalesce(ended_at, extended_at)) FROM privacy_requests WHERE tell_at IS NOT NULL"
        )
        return oldest

    async def note_child(self, user_id: str) -> None:
        """Keep with an erasure that it is of a child."""
        await self._connection.execute("UPDATE account_erasures SET reason = 'child' WHERE user_id = $1", user_id)

    async def _one(self, which: str, *values: object) -> PrivacyRequest | None:
        row = await self._connection.fetchrow(f"{_SELECT} WHERE {which}", *values)
        return None if row is None else _request(row)

    async def _several(self, which: str, *values: object) -> Sequence[PrivacyRequest]:
        return [_request(row) for row in await self._connection.fetch(f"{_SELECT} WHERE {which}", *values)]


def _request(row: asyncpg.Record) -> PrivacyRequest:
    return PrivacyRequest(
        number=row["number"],
        kind=Kind(row["kind"]),
        received_at=row["received_at"],
        due_on=row["due_on"],
        text=row["text"],
        user_id=row["user_id"],
        reply_to=row["reply_to"],
        idempotency_key=row["idempotency_key"],
        state=State(row["state"]),
        extended_at=row["extended_at"],
        extension=row["extension"],
        answer=row["answer"],
        ended_at=row["ended_at"],
        ending=Ending(row["ending"]),
        untold=Untold(row["untold"]),
    )
