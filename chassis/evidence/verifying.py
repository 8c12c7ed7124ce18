"""Whether a receipt holds: signed by a published key, unbroken in the chain, and about whom it says.

Everything here needs bytes alone: no clock, no network and no service.
"""

from __future__ import annotations

import base64
import binascii
import dataclasses
import hmac
import re
from collections.abc import Iterator, Mapping, Sequence, Set

from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PublicKey

from chassis.evidence import forms
from chassis.evidence.canonical import NotCanonical, canonical, read_canonical
from chassis.signing_keys import base64url, key_id

KINDS = ("upload", "track", "account")
_BODY = frozenset(
    {
        *("form", "sequence", "before", "signed_by"),
        *("kind", "subject", "reason", "asked_at", "erased_at", "gone", "key"),
    }
)
_KEY = frozenset({"crv", "kty", "x", "kid", "from_sequence", "until_sequence", "since"})
_DIGEST = re.compile(r"[0-9a-f]{64}")
_SIGNATURE = re.compile(r"[0-9a-f]{128}")
_MOMENT = re.compile(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\dZ")

Members = Mapping[str, object]


class Broken(Exception):
    """It does not hold; the text is a sentence that says what."""


@dataclasses.dataclass(frozen=True)
class Entry:
    """One entry of the chain, of the right shape and not verified yet."""

    sequence: int
    kind: str
    key_id: str
    before: str
    body: Members
    signature: bytes

    @property
    def digest(self) -> str:
        """What the entry after it must carry."""
        return forms.digest_of(canonical(self.body), self.signature).hex()


@dataclasses.dataclass(frozen=True)
class About:
    """Whom and what it is about, and what proves that."""

    opening: bytes
    person: str
    thing: str


@dataclasses.dataclass(frozen=True)
class Receipt:
    """What somebody kept. `about` is None where they removed it, to show it to others."""

    entry: Entry
    about: About | None


@dataclasses.dataclass(frozen=True)
class PublishedKey:
    """A key, and which entries it may sign; `until_sequence` is None for the one in force."""

    public: Ed25519PublicKey
    from_sequence: int
    until_sequence: int | None


def read_keys(data: bytes) -> Mapping[str, PublishedKey]:
    """The keys by their identifiers, once the list proves whole. Raises Broken."""
    whole = _document("the list of keys", data, forms.KEYS, {"form", "keys", "signature", "signed_by"})
    keys: dict[str, PublishedKey] = {}
    untils: list[int | None] = []
    for each in _list(whole["keys"]):
        told = _members("a key of the list", each, _KEY)
        name, public = _public(told)
        _require(name not in keys, "a key is in the list twice")
        _require(_is(told["since"], _MOMENT), "a key of the list has no time")
        until = told["until_sequence"]
        _require(until is None or isinstance(until, int), "a key of the list has no end")
        keys[name] = PublishedKey(public, _whole(told["from_sequence"]), until if isinstance(until, int) else None)
        untils.append(keys[name].until_sequence)
    _require(bool(keys), "the list has no keys")
    froms = [each.from_sequence for each in keys.values()]
    _require(untils == [*(after - 1 for after in froms[1:]), None], "the keys of the list do not follow one another")
    last = next(reversed(keys))
    _require(whole["signed_by"] == last, "the list is not signed by the key in force")
    told = {name: value for name, value in whole.items() if name != "signature"}
    _require_signed("the list of keys", keys[last].public, canonical(told), _signature(whole["signature"]))
    return keys


def read_receipt(data: bytes) -> Receipt:
    """A receipt as it was kept. Raises Broken for what has another shape."""
    whole = _document("the receipt", data, forms.RECEIPT, {"body", "form", "signature"}, {"about"})
    about = None
    if "about" in whole:
        told = _members("the receipt's `about`", whole["about"], {"opening", "person", "thing"})
        _require(_is(told["opening"], _DIGEST), "the receipt's opening is none")
        person, thing = told["person"], told["thing"]
        if not (isinstance(person, str) and isinstance(thing, str)):
            raise Broken("the receipt does not say whom it is about")
        about = About(bytes.fromhex(str(told["opening"])), person, thing)
    return Receipt(_entry(whole["body"], whole["signature"]), about)


def read_chain(data: bytes) -> Sequence[Entry]:
    """The entries of a page, of the right shape and in their order. Raises Broken."""
    whole = _document("the chain", data, forms.CHAIN, {"entries", "form", "from", "next"})
    entries = []
    for each in _list(whole["entries"]):
        told = _members("an entry of the chain", each, {"body", "signature"})
        entries.append(_entry(told["body"], told["signature"]))
    start = _whole(whole["from"])
    wanted = list(range(start, start + len(entries)))
    _require([each.sequence for each in entries] == wanted, "the chain has a gap, or its entries are in another order")
    _require(whole["next"] in (None, start + len(entries)), "the page of the chain does not say how it goes on")
    return entries


def require_entry(entry: Entry, keys: Mapping[str, PublishedKey]) -> None:
    """Raises Broken unless a published key signed it that may have."""
    what, key = f"entry {entry.sequence}", keys.get(entry.key_id)
    if key is None:
        raise Broken(f"{what} names a key that is not published")
    is_within = key.from_sequence <= entry.sequence and (
        key.until_sequence is None or entry.sequence <= key.until_sequence
    )
    _require(is_within, f"{what} is signed by a key of another time")
    _require_signed(what, key.public, canonical(entry.body), entry.signature)


def require_about(receipt: Receipt) -> None:
    """Raises Broken unless it is about whom and what it says."""
    about, body = receipt.about, receipt.entry.body
    if about is None:
        return
    subject = forms.subject_of(about.opening, about.person, about.thing)
    _require(hmac.compare_digest(subject, str(body["subject"])), "the receipt is not about whom or what it says")
    if body["key"] is not None:
        mark = forms.key_mark_of(about.opening, about.thing or about.person)
        _require(hmac.compare_digest(mark, str(body["key"])), "the destroyed key is not of what the receipt is about")


def require_chain(pages: Sequence[Sequence[Entry]], keys: Mapping[str, PublishedKey]) -> Sequence[Entry]:
    """All entries of pages that follow one another. Raises Broken where one was changed, taken out or put in."""
    entries = [entry for page in pages for entry in page]
    before: Entry | None = None
    for entry in entries:
        if before is not None:
            _require(
                entry.sequence == before.sequence + 1, f"between {before.sequence} and {entry.sequence} entries lack"
            )
            _require(entry.before == before.digest, f"entry {entry.sequence} does not follow {before.sequence}")
        if entry.sequence == 1:
            _require(entry.before == forms.ORIGIN.hex(), "the first entry follows another")
        require_entry(entry, keys)
        before = entry
    return entries


def require_in_chain(receipt: Receipt, entries: Sequence[Entry]) -> None:
    """Raises Broken unless the receipt is one of these entries, to the byte."""
    found = [entry for entry in entries if entry.sequence == receipt.entry.sequence]
    _require(bool(found), f"entry {receipt.entry.sequence} is not in this part of the chain")
    _require(found == [receipt.entry], f"entry {receipt.entry.sequence} of the chain is another one")


def _document(what: str, data: bytes, form: str, must: Set[str], may: Set[str] = frozenset()) -> Members:
    try:
        value = read_canonical(data)
    except NotCanonical as error:
        raise Broken(f"{what} is not as it was given: {error}") from error
    whole = value if isinstance(value, dict) else {}
    _require(whole.get("form") == form, f"{what} is no {form}")
    _require(must <= whole.keys() <= must | may, f"{what} lacks something, or has something more")
    return whole


def _entry(body: object, signature: object) -> Entry:
    told = _members("the body of an entry", body, _BODY)
    _require(told["form"] == forms.RECEIPT, f"an entry is no {forms.RECEIPT}")
    _require(told["kind"] in KINDS, "an entry is of no known kind")
    for name in ("before", "subject"):
        _require(_is(told[name], _DIGEST), f"an entry's `{name}` is no digest")
    _require(told["key"] is None or _is(told["key"], _DIGEST), "an entry's `key` is no digest")
    for name in ("asked_at", "erased_at"):
        _require(_is(told[name], _MOMENT), f"an entry's `{name}` is no time")
    _require(isinstance(told["reason"], str), "an entry has no reason")
    _require(all(True for _ in counts_of(told)), "an entry does not count what is gone")
    return Entry(
        sequence=_whole(told["sequence"]),
        kind=str(told["kind"]),
        key_id=str(told["signed_by"]),
        before=str(told["before"]),
        body=told,
        signature=_signature(signature),
    )


def counts_of(body: Members) -> Iterator[tuple[str, str, int]]:
    """Store, kind and number of all that is gone. Raises Broken."""
    gone = body["gone"]
    _require(isinstance(gone, dict), "an entry does not say what is gone")
    for store, counts in gone.items() if isinstance(gone, dict) else ():
        _require(isinstance(counts, dict), "an entry does not say what is gone of a store")
        for kind, count in counts.items():
            yield str(store), str(kind), _whole(count)


def _public(told: Members) -> tuple[str, Ed25519PublicKey]:
    _require((told["crv"], told["kty"]) == ("Ed25519", "OKP"), "a key of the list is of another kind")
    text = str(told["x"])
    try:
        raw = base64.urlsafe_b64decode(text + "=" * (-len(text) % 4))
        public = Ed25519PublicKey.from_public_bytes(raw)
    except (ValueError, binascii.Error) as error:
        raise Broken("a key of the list is no key") from error
    _require(base64url(raw) == text, "a key of the list is no key")
    _require(key_id(public) == told["kid"], "a key of the list has another's identifier")
    return key_id(public), public


def _require_signed(what: str, key: Ed25519PublicKey, data: bytes, signature: bytes) -> None:
    try:
        key.verify(signature, data)
    except InvalidSignature as error:
        raise Broken(f"the signature of {what} does not fit: something in it was changed") from error


def _members(what: str, value: object, names: Set[str]) -> Members:
    told = value if isinstance(value, dict) else {}
    _require(told.keys() == names, f"{what} lacks something, or has something more")
    return told


def _list(value: object) -> Sequence[object]:
    return value if isinstance(value, list) else []


def _whole(value: object) -> int:
    if not isinstance(value, int):
        raise Broken("there is no number where one must be")
    return value


def _signature(value: object) -> bytes:
    _require(_is(value, _SIGNATURE), "there is no signature where one must be")
    return bytes.fromhex(str(value))


def _is(value: object, pattern: re.Pattern[str]) -> bool:
    return isinstance(value, str) and pattern.fullmatch(value) is not None


def _require(holds: bool, text: str) -> None:
    if not holds:
        raise Broken(text)
