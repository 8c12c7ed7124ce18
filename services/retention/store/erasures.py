"""Duties and evidence in PostgreSQL."""

from __future__ import annotations

import contextlib
import datetime
from collections.abc import AsyncIterator, Callable, Sequence

import asyncpg
from google.protobuf.message import Message

from chassis.db.pool import Database
from chassis.db.transaction import Transaction, transaction
from services.retention.app.ports import Place
from services.retention.domain.deletion import Deletion, of_track, of_upload
from services.retention.domain.erasure import Duty, Erasure, Reason
from services.retention.domain.facts import Fact
from services.retention.domain.receipt import TrackErasure
from services.retention.store.exports import end_exports
from services.retention.store.receipt_chain import ReceiptChain

UPLOAD_LINK = "UPDATE erasures SET sequence = $2 WHERE upload_id = $1"
TRACK_LINK = "UPDATE track_erasures SET sequence = $2 WHERE track_id = $1"
"""Says which entry of the chain is the receipt of this evidence."""
Encode = Callable[[Fact], Message]
"""Turns a fact into the message that is published."""


class ErasureStore:
    """Units of work on duties and evidence."""

    def __init__(self, database: Database, encode: Encode, chain: ReceiptChain | None = None) -> None:
        """`encode` is the envelope of each fact. Without a chain, evidence waits to be signed."""
        self._database = database
        self._encode = encode
        self._chain = chain or ReceiptChain(None)

    @contextlib.asynccontextmanager
    async def transaction(self) -> AsyncIterator[ErasureWork]:
        """A unit of work."""
        async with transaction(self._database) as tx:
            work = ErasureWork(tx, self._encode, self._chain)
            yield work
            await work.sign()


class ErasureWork:
    """One unit of work."""

    def __init__(self, tx: Transaction, encode: Encode, chain: ReceiptChain) -> None:
        """Made by `ErasureStore.transaction`."""
        self._tx = tx
        self._encode = encode
        self._chain = chain
        self._salts: dict[str, bytes] = {}
        self._unsigned: list[tuple[Deletion, str]] = []

    async def expect(self, duty: Duty) -> None:
        """Note a duty, unless one is noted or the upload is erased."""
        await self._tx.connection.execute(
            "INSERT INTO duties (upload_id, owner_id, uploaded_at, due_at, reason)"
            " SELECT $1, $2, $3, $4, $5 WHERE NOT EXISTS (SELECT 1 FROM erasures WHERE upload_id = $1)"
            # All that the library holds of an erased person goes with them.
            " AND NOT EXISTS (SELECT 1 FROM account_erasures WHERE user_id = $2)"
            " ON CONFLICT DO NOTHING",
            *_values(duty),
        )

    async def finish(self, upload_id: str, now: datetime.datetime) -> bool:
        """Make a duty due now; false when neither a duty nor an erasure of this upload is known."""
        tag: str = await self._tx.connection.execute(
            "UPDATE duties SET due_at = $2, reason = $3 WHERE upload_id = $1 AND due_at > $2",
            upload_id,
            now,
            Reason.FINISHED.value,
        )
        if tag.endswith(" 1"):
            return True
        known: bool = await self._tx.connection.fetchval(
            "SELECT EXISTS (SELECT 1 FROM duties WHERE upload_id = $1)"
            " OR EXISTS (SELECT 1 FROM erasures WHERE upload_id = $1)",
            upload_id,
        )
        return known

    async def hasten(self, duties: Sequence[Duty]) -> None:
        """Note duties; those noted already become due no later than given."""
        # In one order everywhere, so that two processes never wait for each other.
        for duty in sorted(duties, key=lambda duty: duty.upload_id):
            await self._tx.connection.execute(
                "INSERT INTO duties (upload_id, owner_id, uploaded_at, due_at, reason) VALUES ($1, $2, $3, $4, $5)"
                " ON CONFLICT (upload_id) DO UPDATE SET due_at = excluded.due_at, reason = excluded.reason"
                " WHERE duties.due_at > excluded.due_at",
                *_values(duty),
            )

    async def claim(self, now: datetime.datetime, until: datetime.datetime, limit: int) -> Sequence[Duty]:
        """Take the longest due duties that nobody has taken; they are left alone by others until then."""
        rows = await self._tx.connection.fetch(
            "UPDATE duties SET not_before = $2, tries = tries + 1 WHERE upload_id ="
            " ANY(ARRAY(SELECT upload_id FROM duties WHERE due_at <= $1 AND not_before <= $1"
            " ORDER BY due_at LIMIT $3 FOR UPDATE SKIP LOCKED))"
            " RETURNING upload_id, owner_id, uploaded_at, due_at, reason, tries",
            now,
            until,
            limit,
        )
        return [
            Duty(
                upload_id=row["upload_id"],
                owner_id=row["owner_id"],
                uploaded_at=row["uploaded_at"],
                due_at=row["due_at"],
                reason=Reason(row["reason"]),
                tries=row["tries"],
            )
            for row in rows
        ]

    async def postpone(self, upload_id: str, until: datetime.datetime) -> None:
        """Give a taken duty back, to be taken again from then on."""
        await self._tx.connection.execute("UPDATE duties SET not_before = $2 WHERE upload_id = $1", upload_id, until)

    async def conclude(self, erasure: Erasure) -> bool:
        """Note the evidence and drop the duty; false when it was noted before and nothing more was removed.

        What is noted is signed as the work ends; what is added makes another receipt, of all that is gone by then. An
        erasure of the same moment is the very same, told again by whoever never heard that it was noted.
        """
        self._salts |= await self._chain.hold(self._tx.connection, [erasure.owner_id])
        await self._tx.connection.execute("DELETE FROM duties WHERE upload_id = $1", erasure.upload_id)
        noted = await self._tx.connection.fetchrow(
            "INSERT INTO erasures (upload_id, owner_id, uploaded_at, erased_at, reason, objects)"
            " SELECT $1, $2, $3, $4, $5, $6"
            # Of an erased person the holders' proofs are the evidence, and none of single uploads is kept.
            " WHERE NOT EXISTS (SELECT 1 FROM account_erasures WHERE user_id = $2)"
            " ON CONFLICT (upload_id) DO UPDATE SET erased_at = excluded.erased_at,"
            " objects = erasures.objects + excluded.objects, sequence = NULL"
            " WHERE excluded.objects > 0 AND excluded.erased_at <> erasures.erased_at"
            " RETURNING upload_id, owner_id, uploaded_at, erased_at, reason, objects, sequence",
            erasure.upload_id,
            erasure.owner_id,
            erasure.uploaded_at,
            erasure.erased_at,
            erasure.reason.value,
            erasure.objects,
        )
        if noted is None:
            return False
        self._unsigned.append((of_upload(_erasure(noted)), UPLOAD_LINK))
        return True

    async def oldest_upload(self) -> datetime.datetime | None:
        """When the oldest upload that is still to be erased was uploaded."""
        oldest: datetime.datetime | None = await self._tx.connection.fetchval("SELECT min(uploaded_at) FROM duties")
        return oldest

    async def page(self, owner_id: str, after: Place | None, limit: int) -> Sequence[Erasure]:
        """A person's erasures, newest first."""
        rows = await self._tx.connection.fetch(
            "SELECT upload_id, owner_id, uploaded_at, erased_at, reason, objects, sequence FROM erasures"
            " WHERE owner_id = $1 AND ($2::timestamptz IS NULL OR (erased_at, upload_id) < ($2, $3))"
            " ORDER BY erased_at DESC, upload_id DESC LIMIT $4",
            owner_id,
            after.erased_at if after else None,
            after.name if after else None,
            limit,
        )
        return [_erasure(row) for row in rows]

    async def note_track(self, erasure: TrackErasure) -> bool:
        """Note the evidence of a track; false when it is noted, or its owner's account is erased or about to be."""
        self._salts |= await self._chain.hold(self._tx.connection, [erasure.owner_id])
        # An export from before has its title and its stems, whether or not there is evidence to keep of that.
        await end_exports(self._tx.connection, erasure.owner_id, erasure.asked_at)
        tag: str = await self._tx.connection.execute(
            "INSERT INTO track_erasures (track_id, owner_id, upload_id, asked_at, erased_at, stems, stem_files, peaks,"
            " covers, links) SELECT $1, $2, $3, $4, $5, $6, $7, $8, $9, $10"
            # As with uploads: of an erased person the holders' proofs are the evidence.
            " WHERE NOT EXISTS (SELECT 1 FROM account_erasures WHERE user_id = $2) ON CONFLICT DO NOTHING",
            *(erasure.track_id, erasure.owner_id, erasure.upload_id, erasure.asked_at, erasure.erased_at),
            *(erasure.stems, erasure.stem_files, erasure.peaks, erasure.covers, erasure.links),
        )
        if not tag.endswith(" 1"):
            return False
        self._unsigned.append((of_track(erasure), TRACK_LINK))
        return True

    async def track_page(self, owner_id: str, after: Place | None, limit: int) -> Sequence[TrackErasure]:
        """The evidence of a person's tracks, newest first."""
        rows = await self._tx.connection.fetch(
            "SELECT track_id, owner_id, upload_id, asked_at, erased_at, stems, stem_files, peaks, covers, links,"
            " sequence FROM track_erasures WHERE owner_id = $1"
            " AND ($2::timestamptz IS NULL OR (erased_at, track_id) < ($2, $3))"
            " ORDER BY erased_at DESC, track_id DESC LIMIT $4",
            owner_id,
            after.erased_at if after else None,
            after.name if after else None,
            limit,
        )
        return [TrackErasure(*row) for row in rows]

    async def publish(self, fact: Fact) -> None:
        """Publish once the work has committed."""
        await self._tx.publish(self._encode(fact))

    async def sign(self) -> None:
        """Append the receipts of what was noted: the last thing, for others wait meanwhile."""
        deletions = [deletion for deletion, _ in self._unsigned]
        signed = await self._chain.append(self._tx.connection, deletions, self._salts)
        for (deletion, link), of in zip(self._unsigned, signed, strict=False):
            await self._tx.connection.execute(link, deletion.thing, of.sequence)


def _values(duty: Duty) -> tuple[str, str, datetime.datetime, datetime.datetime, str]:
    return duty.upload_id, duty.owner_id, duty.uploaded_at, duty.due_at, duty.reason.value


def _erasure(row: asyncpg.Record) -> Erasure:
    return Erasure(
        upload_id=row["upload_id"],
        owner_id=row["owner_id"],
        uploaded_at=row["uploaded_at"],
        erased_at=row["erased_at"],
        reason=Reason(row["reason"]),
        objects=row["objects"],
        sequence=row["sequence"],
    )
