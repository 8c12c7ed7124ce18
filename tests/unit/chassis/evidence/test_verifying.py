"""Verifying: what holds is let through, and whatever was changed is found, wherever it was."""

from __future__ import annotations

import functools
import json
from collections.abc import Callable, Mapping
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from chassis.evidence.canonical import canonical
from chassis.evidence.verifying import (
    Broken,
    read_chain,
    read_keys,
    read_receipt,
    require_about,
    require_chain,
    require_entry,
    require_in_chain,
)
from tests.unit.chassis.evidence.made import MadeChain, keys, made, signer

FILES = {"receipt": made(2).receipt(2), "keys": keys(1), "chain": made(2).page()}


def verify(receipt: bytes, keys: bytes, *chain: bytes) -> None:
    """All that can be verified. Raises Broken."""
    kept, published = read_receipt(receipt), read_keys(keys)
    require_entry(kept.entry, published)
    require_about(kept)
    if chain:
        require_in_chain(kept, require_chain([read_chain(page) for page in chain], published))


def verify_files(files: Mapping[str, bytes]) -> None:
    """The same, by the names of FILES."""
    verify(files["receipt"], files["keys"], files["chain"])


def changed(data: bytes, change: Callable[[dict[str, Any]], object]) -> bytes:
    """A document after somebody changed it who knows the form."""
    told = json.loads(data)
    change(told)
    return canonical(told)


def test_what_holds_is_let_through() -> None:
    """A receipt, its keys and its chain, whole, page by page, and by several keys one after the other."""
    verify(FILES["receipt"], FILES["keys"])
    verify(FILES["receipt"], FILES["keys"], FILES["chain"])
    chain = made(7)
    verify(chain.receipt(4), keys(1), chain.page(1, 3), chain.page(4, 6), chain.page(7))
    verify(chain.receipt(4), keys(1), chain.page(4, 5))
    turned = made(3)
    turned.append(signer(1))
    verify(turned.receipt(2), keys(1, 4), turned.page())
    verify(turned.receipt(4), keys(1, 4), turned.page())


@pytest.mark.parametrize("name", FILES)
@given(mask=st.integers(1, 255))
@settings(max_examples=2, deadline=None)
def test_a_changed_byte_anywhere_is_found(name: str, mask: int) -> None:
    """Every byte of the receipt, of the list of keys and of the chain, changed in every way that is tried."""
    data = FILES[name]
    for place in range(len(data)):
        flipped = data[:place] + bytes([data[place] ^ mask]) + data[place + 1 :]
        with pytest.raises(Broken):
            verify_files({**FILES, name: flipped})


@pytest.mark.parametrize("name", FILES)
def test_a_byte_too_few_or_too_many_is_found(name: str) -> None:
    """A file that was cut or added to, even by a line's end, is found."""
    data = FILES[name]
    for broken in (data[:-1], data[1:], data + b"\n", data + b"\0", b""):
        with pytest.raises(Broken):
            verify_files({**FILES, name: broken})


def test_an_entry_taken_out_is_found() -> None:
    """A page without one of its entries, and pages between which one lacks."""
    chain = made(5)
    whole = json.loads(chain.page())
    for place in range(1, 4):
        cut = {**whole, "entries": [each for at, each in enumerate(whole["entries"]) if at != place]}
        with pytest.raises(Broken, match="gap"):
            verify(chain.receipt(1), keys(1), canonical(cut))
    with pytest.raises(Broken, match="lack"):
        verify(chain.receipt(1), keys(1), chain.page(1, 2), chain.page(4))
    with pytest.raises(Broken, match="not in this part"):
        verify(chain.receipt(1), keys(1), chain.page(3))


def test_a_chain_signed_anew_without_an_entry_is_found_by_whoever_kept_a_receipt() -> None:
    """Who has the key can make another chain, but no chain in which a kept receipt stands elsewhere."""
    kept = made(4).receipt(3)
    forged = MadeChain()
    for count in (1, 7, 3, 4):
        forged.append(signer(), gone={"library": {"objects": count}})
    with pytest.raises(Broken, match="entry 3 of the chain is another one"):
        verify(kept, keys(1), forged.page())


def test_an_entry_put_in_is_found() -> None:
    """An entry of the right number that follows another one does not stand between its neighbours."""
    chain, other = made(3), MadeChain()
    for count in (9, 2, 3):
        other.append(signer(), gone={"library": {"objects": count}})
    chain.entries[1] = other.entries[1]
    with pytest.raises(Broken, match="entry 2 does not follow 1"):
        verify(chain.receipt(1), keys(1), chain.page())


def test_a_strangers_key_signs_nothing() -> None:
    """A receipt by a key that is not published, by one of another time, and a list that a stranger signed."""
    chain = MadeChain()
    chain.append(signer(5))
    with pytest.raises(Broken, match="not published"):
        verify(chain.receipt(1), keys(1))
    with pytest.raises(Broken, match="another time"):
        verify(made(3).receipt(3), keys(1, 3))
    with pytest.raises(Broken, match="not signed by the key in force"):
        read_keys(changed(keys(1, 4), lambda told: told.update(signed_by=signer(0).key_id)))
    with pytest.raises(Broken, match="signature"):
        read_keys(changed(keys(1, 4), lambda told: told.update(signature="00" * 64)))


def test_whom_it_is_about_cannot_be_changed_but_can_be_left_out() -> None:
    """Neither another person nor another upload is proved by it; without `about` it still holds, and tells nobody's."""
    receipt = made().receipt(2)
    for name in ("person", "thing", "opening"):
        with pytest.raises(Broken):
            verify(changed(receipt, functools.partial(_put_other, name)), keys(1))
    verify(changed(receipt, lambda told: told.pop("about")), keys(1))


def _put_other(name: str, told: dict[str, Any]) -> None:
    told["about"][name] = "ab" * 32


def test_a_destroyed_key_is_that_of_what_it_is_about() -> None:
    """An entry that names another key than its upload's is found by whoever was given the receipt."""
    chain = MadeChain()
    chain.append(signer(), key="ab" * 32)
    with pytest.raises(Broken, match="destroyed key"):
        verify(chain.receipt(1), keys(1))


@pytest.mark.parametrize(
    "said",
    [
        {"form": "stripsession-receipt-2"},
        {"kind": "everything"},
        {"before": "0"},
        {"subject": None},
        {"asked_at": "yesterday"},
        {"erased_at": 5},
        {"reason": None},
        {"gone": []},
        {"gone": {"library": 5}},
        {"gone": {"library": {"objects": "9"}}},
        {"key": "none"},
        {"sequence": "1"},
        {"extra": 1},
    ],
    ids=str,
)
def test_what_is_signed_in_another_shape_is_no_receipt(said: dict[str, object]) -> None:
    """A signature alone makes no receipt: each member must be there, and be what it should."""
    chain = MadeChain()
    chain.append(signer(), **said)
    with pytest.raises(Broken):
        verify(changed(FILES["receipt"], lambda told: told.update(body=chain.entries[0][0])), keys(1))
    with pytest.raises(Broken):
        read_chain(
            canonical({"entries": [_entry(chain)], "form": "stripsession-receipt-chain-1", "from": 1, "next": 2})
        )


def _entry(chain: MadeChain) -> dict[str, object]:
    body, signature = chain.entries[0]
    return {"body": body, "signature": signature.hex()}
