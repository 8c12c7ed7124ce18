"""Sealed bytes open under their own key and name, whole and unchanged, or not at all."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from chassis.sealing import KEY_BYTES, OVERHEAD_BYTES, SealBroken, new_key, seal, unseal

_KEYS = st.binary(min_size=KEY_BYTES, max_size=KEY_BYTES)


@given(key=_KEYS, name=st.text(), plain=st.binary())
def test_what_is_sealed_is_unsealed(key: bytes, name: str, plain: bytes) -> None:
    """The same key and name give the bytes back, and sealing adds a fixed number."""
    sealed = seal(key, name, plain)
    assert unseal(key, name, sealed) == plain
    assert len(sealed) == len(plain) + OVERHEAD_BYTES


@given(key=_KEYS, plain=st.binary(), data=st.data())
def test_any_flipped_bit_is_noticed(key: bytes, plain: bytes, data: st.DataObject) -> None:
    """Changing one bit anywhere breaks the seal."""
    sealed = bytearray(seal(key, "a", plain))
    bit = data.draw(st.integers(0, len(sealed) * 8 - 1))
    sealed[bit // 8] ^= 1 << bit % 8
    with pytest.raises(SealBroken):
        unseal(key, "a", bytes(sealed))


@given(key=_KEYS, plain=st.binary(), data=st.data())
def test_a_cut_is_noticed(key: bytes, plain: bytes, data: st.DataObject) -> None:
    """Bytes that are missing at the end break the seal."""
    sealed = seal(key, "a", plain)
    with pytest.raises(SealBroken):
        unseal(key, "a", sealed[: data.draw(st.integers(0, len(sealed) - 1))])


@given(key=_KEYS, other=_KEYS, name=st.text(), another=st.text())
def test_another_key_or_name_does_not_open(key: bytes, other: bytes, name: str, another: str) -> None:
    """Bytes moved to another name, or tried with another key, do not open."""
    sealed = seal(key, name, b"song")
    for wrong_key, wrong_name in ((other, name), (key, another)):
        if (wrong_key, wrong_name) != (key, name):
            with pytest.raises(SealBroken):
                unseal(wrong_key, wrong_name, sealed)


def test_the_same_bytes_never_seal_alike() -> None:
    """Each sealing has its own nonce, and each key is new."""
    key = new_key()
    assert seal(key, "a", b"x") != seal(key, "a", b"x")
    assert new_key() != key
