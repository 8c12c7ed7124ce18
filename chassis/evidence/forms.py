"""What a receipt, the list of keys and a page of the chain look like; docs/receipts.md tells it byte by byte."""

from __future__ import annotations

import dataclasses
import datetime
import hashlib
import hmac
from collections.abc import Mapping, Sequence

from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey, Ed25519PublicKey

from chassis.evidence.canonical import canonical
from chassis.signing_keys import key_id, members

RECEIPT = "stripsession-receipt-1"
KEYS = "stripsession-receipt-keys-1"
CHAIN = "stripsession-receipt-chain-1"
ORIGIN = bytes(32)
"""In place of the digest before the first entry."""
OPENING_BYTES = 32


class Signer:
    """Signs evidence with one key."""

    def __init__(self, key: Ed25519PrivateKey) -> None:
        """Whose public half is published."""
        self._key = key
        self.public = key.public_key().public_bytes_raw()
        self.key_id = key_id(key.public_key())

    def sign(self, data: bytes) -> bytes:
        """64 bytes (RFC 8032)."""
        return self._key.sign(data)


@dataclasses.dataclass(frozen=True)
class ListedKey:
    """A key as it is published, and the first entry that it may sign."""

    public: bytes
    """Its 32 bytes (RFC 8032)."""
    from_sequence: int
    since: datetime.datetime


def subject_of(opening: bytes, person: str, thing: str) -> str:
    """Whom and what a receipt is about, told to nobody but who has the opening."""
    return hmac.new(opening, f"{person}\n{thing}".encode(), hashlib.sha256).hexdigest()


def key_mark_of(opening: bytes, name: str) -> str:
    """The key that was destroyed, told to nobody but who has the opening and knows what the key was called after."""
    return hmac.new(opening, f"key\n{name}".encode(), hashlib.sha256).hexdigest()


def opening_of(salt: bytes, sequence: int) -> bytes:
    """One receipt's opening; whoever is shown it learns nothing of the same person's others."""
    return hmac.new(salt, f"opening\n{sequence}".encode(), hashlib.sha256).digest()


def digest_of(body: bytes, signature: bytes) -> bytes:
    """What the entry after it carries of an entry."""
    return hashlib.sha256(body + signature).digest()


def moment_of(moment: datetime.datetime) -> str:
    """In UTC, to the second: as 2026-12-01T09:30:00Z."""
    return moment.astimezone(datetime.UTC).strftime("%Y-%m-%dT%H:%M:%SZ")


def saved_receipt(body: object, signature: bytes, *, opening: bytes, person: str, thing: str) -> bytes:
    """The file that a person keeps. Raises NotCanonical for a name that has no place in it."""
    about = {"opening": opening.hex(), "person": person, "thing": thing}
    return canonical({"about": about, "body": body, "form": RECEIPT, "signature": signature.hex()})


def chain_page(start: int, entries: Sequence[tuple[object, bytes]], *, is_last: bool) -> bytes:
    """Entries from `start` on, each a body and its signature; whether there are more after them."""
    listed = [{"body": body, "signature": signature.hex()} for body, signature in entries]
    after = None if is_last else start + len(listed)
    return canonical({"entries": listed, "form": CHAIN, "from": start, "next": after})


def key_list(signer: Signer, keys: Sequence[ListedKey]) -> bytes:
    """All keys in the order of their time, the last of which is the signer's and in force."""
    untils: list[int | None] = [after.from_sequence - 1 for after in keys[1:]]
    listed: list[Mapping[str, object]] = [
        {
            **_named(key.public),
            "from_sequence": key.from_sequence,
            "until_sequence": until,
            "since": moment_of(key.since),
        }
        for key, until in zip(keys, [*untils, None], strict=True)
    ]
    told = {"form": KEYS, "keys": listed, "signed_by": signer.key_id}
    return canonical({**told, "signature": signer.sign(canonical(told)).hex()})


def _named(public: bytes) -> Mapping[str, str]:
    key = Ed25519PublicKey.from_public_bytes(public)
    return {**members(key), "kid": key_id(key)}
