"""Signed receipts in PostgreSQL: reading them, and signing what waits."""

from __future__ import annotations

import datetime
import json
from collections.abc import Callable, Sequence

import asyncpg

from chassis.db.pool import Database
from chassis.db.transaction import Connection, transaction
from chassis.evidence import forms
from services.retention.domain.deletion import Deletion, of_account, of_track, of_upload
from services.retention.domain.erasure import Erasure, Reason
from services.retention.domain.receipt import TrackErasure
from services.retention.store.account_erasures import AccountErasureWork, keep_account_receipt
from services.retention.store.erasures import TRACK_LINK, UPLOAD_LINK
from services.retention.store.receipt_chain import ReceiptChain

WAITING_MAX = 10_000
"""Evidence without a receipt is counted up to this."""

_UPLOADS = (
    "SELECT upload_id, owner_id, uploaded_at, erased_at, reason, objects FROM erasures"
    " WHERE sequence IS NULL AND ($2::text[] IS NULL OR upload_id = ANY ($2)) ORDER BY erased_at, upload_id LIMIT $1"
)
_TRACKS = (
    "SELECT track_id, owner_id, upload_id, asked_at, erased_at, stems, stem_files, peaks, covers, links"
    " FROM track_erasures WHERE sequence IS NULL AND ($2::text[] IS NULL OR track_id = ANY ($2))"
    " ORDER BY erased_at, track_id LIMIT $1"
)
_WAITING = (
    "SELECT (SELECT count(*) FROM (SELECT 1 FROM erasures WHERE sequence IS NULL LIMIT $1) AS a)"
    " + (SELECT count(*) FROM (SELECT 1 FROM track_erasures WHERE sequence IS NULL LIMIT $1) AS b)"
    " + (SELECT count(*) FROM (SELECT 1 FROM account_erasures WHERE finished_at IS NOT NULL AND signed_at IS NULL"
    " LIMIT $1) AS c)"
)


class ReceiptStore:
    """Each call is one unit of work."""

    def __init__(self, database: Database, chain: ReceiptChain) -> None:
        """In retention's own schema."""
        self._database = database
        self._chain = chain

    async def sign_waiting(self, now: datetime.datetime, limit: int) -> int:
        """Sign evidence without a receipt, the oldest first; how many. 0 also where this process must not sign."""
        return (
            await self._sign(_UPLOADS, _upload, UPLOAD_LINK, limit)
            or await self._sign(_TRACKS, _track, TRACK_LINK, limit)
            or await self._sign_accounts(now, limit)
        )

    async def waiting(self) -> int:
        """How much evidence has no receipt yet."""
        async with transaction(self._database) as tx:
            count: int = await tx.connection.fetchval(_WAITING, WAITING_MAX)
            return count

    async def forget_openings(self, signed_before: datetime.datetime) -> int:
        """Let nothing lead any more to receipts of erased people that were signed before then; how many."""
        async with transaction(self._database) as tx:
            tag: str = await tx.connection.execute("DELETE FROM account_receipts WHERE signed_at < $1", signed_before)
            return int(tag.rpartition(" ")[2])

    async def keys(self) -> bytes | None:
        """The published list of keys; None where there is none."""
        async with transaction(self._database) as tx:
            return await self._chain.keys(tx.connection)

    async def page(self, start: int, limit: int) -> bytes:
        """Entries from one on, as they are published."""
        async with transaction(self._database) as tx:
            rows = await tx.connection.fetch(
                "SELECT body, signature FROM receipts WHERE sequence >= $1 ORDER BY sequence LIMIT $2", start, limit + 1
            )
        entries = [(json.loads(row["body"]), row["signature"]) for row in rows]
        return forms.chain_page(start, entries[:limit], is_last=len(entries) <= limit)

    async def of_person(self, owner_id: str, sequence: int) -> bytes | None:
        """One receipt of theirs, as they keep it; None where they have none of that number."""
        async with transaction(self._database) as tx:
            row = await tx.connection.fetchrow(
                "SELECT r.body, r.signature, s.salt, e.thing FROM (SELECT upload_id AS thing, sequence FROM erasures"
                " WHERE owner_id = $1 AND sequence = $2 UNION ALL SELECT track_id, sequence FROM track_erasures"
                " WHERE owner_id = $1 AND sequence = $2) AS e JOIN receipts AS r ON r.sequence = e.sequence"
                " JOIN receipt_salts AS s ON s.owner_id = $1",
                owner_id,
                sequence,
            )
        if row is None:
            return None
        opening = forms.opening_of(row["salt"], sequence)
        return _saved(row, opening, owner_id, row["thing"])

    async def of_account(self, user_id: str) -> bytes | None:
        """The receipt of an erased person; None before it is signed, and 90 days after that."""
        async with transaction(self._database) as tx:
            row = await tx.connection.fetchrow(
                "SELECT r.body, r.signature, a.opening FROM account_receipts AS a"
                " JOIN receipts AS r ON r.sequence = a.sequence WHERE a.user_id = $1",
                user_id,
            )
        return None if row is None else _saved(row, row["opening"], user_id, "")

    async def _sign(self, query: str, read: Callable[[asyncpg.Record], Deletion], link: str, limit: int) -> int:
        async with transaction(self._database) as tx:
            connection = tx.connection
            found = [read(row) for row in await connection.fetch(query, limit, None)]
            if not found:
                return 0
            salts = await self._chain.hold(connection, [each.person for each in found])
            # Others may be signing some just now, and people may be gone.
            names = [each.thing for each in found]
            still = [read(row) for row in await connection.fetch(f"{query} FOR UPDATE SKIP LOCKED", limit, names)]
            signed = await self._chain.append(connection, still, salts)
            links = [(each.thing, of.sequence) for each, of in zip(still, signed, strict=False)]
            await connection.executemany(link, links)
            return len(links)

    async def _sign_accounts(self, now: datetime.datetime, limit: int) -> int:
        async with transaction(self._database) as tx:
            users = await _unsigned_people(tx.connection, limit)
            work = AccountErasureWork(tx.connection, self._chain)
            known = [found for user_id in users if (found := await work.get(user_id)) is not None]
            signed = await self._chain.append(tx.connection, [of_account(each) for each in known], {})
            for each, of in zip(known, signed, strict=False):
                await keep_account_receipt(tx.connection, each.user_id, of, now)
            return len(signed)


async def _unsigned_people(connection: Connection, limit: int) -> Sequence[str]:
    rows = await connection.fetch(
        "SELECT user_id FROM account_erasures WHERE finished_at IS NOT NULL AND signed_at IS NULL"
        " ORDER BY finished_at, user_id LIMIT $1 FOR UPDATE SKIP LOCKED",
        limit,
    )
    return [row["user_id"] for row in rows]


def _saved(row: asyncpg.Record, opening: bytes, person: str, thing: str) -> bytes:
    body = json.loads(row["body"])
    return forms.saved_receipt(body, row["signature"], opening=opening, person=person, thing=thing)


def _upload(row: asyncpg.Record) -> Deletion:
    values = (row["upload_id"], row["owner_id"], row["uploaded_at"], row["erased_at"])
    return of_upload(Erasure(*values, Reason(row["reason"]), row["objects"]))


def _track(row: asyncpg.Record) -> Deletion:
    return of_track(TrackErasure(*row))
