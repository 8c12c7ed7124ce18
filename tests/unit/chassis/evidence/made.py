"""A short chain, as retention would have signed it, for tests of verifying."""

from __future__ import annotations

import dataclasses
import datetime

from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

from chassis.evidence import forms
from chassis.evidence.canonical import canonical
from chassis.evidence.forms import ListedKey, Signer

PERSON = "usr_9f2b6c1d3e4a5b7c8d9e0f1a2b3c4d5e"
UPLOAD = "upl_7d3e1a9c5b2f4068912ac3de4f5b6a70"
SALT = bytes(range(32, 64))
MADE_AT = datetime.datetime(2030, 5, 1, 8, tzinfo=datetime.UTC)


def signer(seed: int = 0) -> Signer:
    """One of a few keys, the same in every run."""
    return Signer(Ed25519PrivateKey.from_private_bytes(bytes(range(seed, seed + 32))))


@dataclasses.dataclass
class MadeChain:
    """Entries in their order, each of an upload of one person's."""

    entries: list[tuple[dict[str, object], bytes]] = dataclasses.field(default_factory=list)
    before: bytes = forms.ORIGIN

    def append(self, by: Signer, **changed: object) -> None:
        """One more entry; `changed` is what it says otherwise."""
        sequence = len(self.entries) + 1
        opening = forms.opening_of(SALT, sequence)
        body: dict[str, object] = {
            "form": forms.RECEIPT,
            "sequence": sequence,
            "before": self.before.hex(),
            "signed_by": by.key_id,
            "kind": "upload",
            "subject": forms.subject_of(opening, PERSON, UPLOAD),
            "reason": "finished",
            "asked_at": "2030-05-04T09:30:00Z",
            "erased_at": "2030-05-04T09:31:10Z",
            "gone": {"library": {"objects": sequence}},
            "key": forms.key_mark_of(opening, UPLOAD),
            **changed,
        }
        signature = by.sign(canonical(body))
        self.entries.append((body, signature))
        self.before = forms.digest_of(canonical(body), signature)

    def page(self, start: int = 1, stop: int | None = None) -> bytes:
        """Entries from one to another, as they are published."""
        last = stop or len(self.entries)
        return forms.chain_page(start, self.entries[start - 1 : last], is_last=last == len(self.entries))

    def receipt(self, sequence: int) -> bytes:
        """As their person keeps it."""
        body, signature = self.entries[sequence - 1]
        opening = forms.opening_of(SALT, sequence)
        return forms.saved_receipt(body, signature, opening=opening, person=PERSON, thing=UPLOAD)


def made(length: int = 3) -> MadeChain:
    """A chain of so many entries, all by one key."""
    chain = MadeChain()
    for _ in range(length):
        chain.append(signer())
    return chain


def keys(*froms: int) -> bytes:
    """The list of as many keys as there are first entries."""
    listed = [ListedKey(signer(seed).public, start, MADE_AT) for seed, start in enumerate(froms)]
    return forms.key_list(signer(len(froms) - 1), listed)
