"""The end of the chain of signed receipts, where one transaction at a time may append.

Everybody who appends takes, in this order: the person's salt, rows of evidence, and the end of the chain last, for as
long as it takes to commit. So nobody waits for whoever waits for them.
"""

from __future__ import annotations

import dataclasses
import datetime
import secrets
from collections.abc import Mapping, Sequence

import asyncpg

from chassis.db.transaction import Connection
from chassis.evidence import forms
from chassis.evidence.canonical import canonical
from chassis.evidence.forms import ListedKey, Signer
from services.retention.domain.deletion import Deletion, Kind

_END = "SELECT at, key_in_force, last_sequence, last_digest FROM end_of_receipts()"


@dataclasses.dataclass(frozen=True)
class Signed:
    """An appended entry, and what shows that it is about a person."""

    sequence: int
    opening: bytes


class ReceiptChain:
    """Signs with this process's key, as long as that is the one in force."""

    def __init__(self, signer: Signer | None) -> None:
        """None signs nothing: evidence waits for a process that can."""
        self._signer = signer

    async def hold(self, connection: Connection, owners: Sequence[str]) -> Mapping[str, bytes]:
        """These people's salts, which stay until the transaction is over. Before any row of theirs is written."""
        names = sorted(set(owners))
        if self._signer is None or not names:
            return {}
        await connection.executemany(
            "INSERT INTO receipt_salts (owner_id, salt) SELECT $1, $2"
            # Of an erased person nothing is made that would lead back to them.
            " WHERE NOT EXISTS (SELECT 1 FROM account_erasures WHERE user_id = $1) ON CONFLICT DO NOTHING",
            [(name, secrets.token_bytes(forms.OPENING_BYTES)) for name in names],
        )
        rows = await connection.fetch(
            "SELECT owner_id, salt FROM receipt_salts WHERE owner_id = ANY ($1) ORDER BY owner_id FOR KEY SHARE", names
        )
        return {row["owner_id"]: row["salt"] for row in rows}

    async def append(
        self, connection: Connection, deletions: Sequence[Deletion], salts: Mapping[str, bytes]
    ) -> Sequence[Signed]:
        """The entries of these, in their order; the end of the chain is this transaction's from here on.

        None at all where this process must not sign: it has no key, or another one has come in its place.
        """
        signer = self._signer
        if signer is None or not deletions:
            return []
        end = await connection.fetchrow(_END)
        if end is None or not await self._may_sign(connection, signer, end):
            return []
        before, sequence = end["last_digest"] or forms.ORIGIN, (end["last_sequence"] or 0) + 1
        rows, signed = [], []
        for deletion in deletions:
            salt = None if deletion.kind is Kind.ACCOUNT else salts.get(deletion.person)
            # Whom nobody can be shown is still counted: an entry of theirs, that nothing opens.
            opening = forms.opening_of(salt, sequence) if salt else secrets.token_bytes(forms.OPENING_BYTES)
            body = canonical(_body(deletion, opening, sequence, before, signer.key_id))
            signature = signer.sign(body)
            digest = forms.digest_of(body, signature)
            rows.append((sequence, before, body, signature, digest))
            signed.append(Signed(sequence, opening))
            before, sequence = digest, sequence + 1
        await connection.execute(
            "INSERT INTO receipts (sequence, before, body, signature, digest) SELECT sequence, before, body, signature,"
            " digest FROM unnest($1::bigint[], $2::bytea[], $3::bytea[], $4::bytea[], $5::bytea[])"
            " AS each (sequence, before, body, signature, digest) ORDER BY sequence",
            *map(list, zip(*rows, strict=True)),
        )
        return signed

    async def keys(self, connection: Connection) -> bytes | None:
        """The list of keys as it is published; None where there is none yet and this process has no key."""
        signer = self._signer
        if signer is not None and not await _is_known(connection, signer):
            end = await connection.fetchrow(_END)
            if end is not None:
                await self._may_sign(connection, signer, end)
        listed: bytes | None = await connection.fetchval("SELECT list FROM receipt_keys ORDER BY place DESC LIMIT 1")
        return listed

    async def _may_sign(self, connection: Connection, signer: Signer, end: asyncpg.Record) -> bool:
        """Whether its key is in force; one that nobody knows is from here on."""
        if end["key_in_force"] == signer.key_id:
            return True
        if await _is_known(connection, signer):
            # Retired by a process that was started with another: this one's end is near, and its evidence waits.
            return False
        await _enter(connection, signer, (end["last_sequence"] or 0) + 1, end["at"])
        return True


def _body(deletion: Deletion, opening: bytes, sequence: int, before: bytes, key_id: str) -> Mapping[str, object]:
    return {
        "form": forms.RECEIPT,
        "sequence": sequence,
        "before": before.hex(),
        "signed_by": key_id,
        "kind": deletion.kind.value,
        "subject": forms.subject_of(opening, deletion.person, deletion.thing),
        "reason": deletion.reason,
        "asked_at": forms.moment_of(deletion.asked_at),
        "erased_at": forms.moment_of(deletion.erased_at),
        "gone": {store: dict(counts) for store, counts in deletion.gone.items()},
        "key": forms.key_mark_of(opening, deletion.key_name) if deletion.has_key else None,
    }


async def _is_known(connection: Connection, signer: Signer) -> bool:
    known: bool = await connection.fetchval(
        "SELECT EXISTS (SELECT 1 FROM receipt_keys WHERE key_id = $1)", signer.key_id
    )
    return known


async def _enter(connection: Connection, signer: Signer, from_sequence: int, now: datetime.datetime) -> None:
    rows = await connection.fetch("SELECT public_key, from_sequence, since FROM receipt_keys ORDER BY place")
    keys = [ListedKey(row["public_key"], row["from_sequence"], row["since"]) for row in rows]
    listed = forms.key_list(signer, [*keys, ListedKey(signer.public, from_sequence, now)])
    await connection.execute(
        "INSERT INTO receipt_keys (key_id, public_key, from_sequence, since, list) VALUES ($1, $2, $3, $4, $5)",
        signer.key_id,
        signer.public,
        from_sequence,
        now,
        listed,
    )
