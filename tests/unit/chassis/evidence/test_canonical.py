"""The canonical form: one way to write a thing down, and no other is read."""

from __future__ import annotations

import json

import pytest
from hypothesis import given
from hypothesis import strategies as st

from chassis.evidence.canonical import DEPTH_MAX, WHOLE_MAX, NotCanonical, canonical, read_canonical

_TEXTS = st.text(st.characters(min_codepoint=0x20, max_codepoint=0x7E, blacklist_characters='"\\'), max_size=20)
_NAMES = st.from_regex(r"[a-z0-9_.-]{1,12}", fullmatch=True)
_LEAVES = st.none() | st.integers(0, WHOLE_MAX) | _TEXTS
VALUES = st.recursive(
    _LEAVES, lambda inner: st.lists(inner, max_size=4) | st.dictionaries(_NAMES, inner, max_size=4), max_leaves=12
).filter(lambda value: _depth(value) < DEPTH_MAX)


def _depth(value: object) -> int:
    inner = value.values() if isinstance(value, dict) else value if isinstance(value, list) else ()
    return 1 + max((_depth(each) for each in inner), default=0)


def _by_hand(value: object) -> str:
    """RFC 8785 for this part of JSON, written down once more: members by UTF-16 units, no spaces, no escapes."""
    if value is None:
        return "null"
    if isinstance(value, str):
        return f'"{value}"'
    if isinstance(value, int):
        return str(value)
    if isinstance(value, list):
        return "[" + ",".join(map(_by_hand, value)) + "]"
    assert isinstance(value, dict)
    names = sorted(value, key=lambda name: name.encode("utf-16-be"))
    return "{" + ",".join(f'"{name}":{_by_hand(value[name])}' for name in names) + "}"


@given(VALUES)
def test_what_is_written_is_read_and_is_what_the_rfc_says(value: object) -> None:
    """Reading gives back what was written; another writer of RFC 8785 gives the same bytes."""
    data = canonical(value)
    assert read_canonical(data) == value
    assert data == _by_hand(value).encode()


@given(VALUES, st.sampled_from([{"indent": 1}, {"separators": (", ", ":")}, {"separators": (",", ": ")}]))
def test_the_same_written_otherwise_is_not_read(value: object, style: dict[str, object]) -> None:
    """A file that a program wrote anew is refused, though it says the same."""
    anew = json.dumps(value, sort_keys=True, **style).encode()  # type: ignore[arg-type]  # any of json's styles
    if anew != canonical(value):
        with pytest.raises(NotCanonical):
            read_canonical(anew)


@pytest.mark.parametrize(
    "value",
    [
        *(True, 1.0, 1.5, -1, WHOLE_MAX + 1, float("nan"), b"bytes", {"Name": 1}, {"": 1}, {1: 1}, {"a b": 1}),
        *('"', "\\", "\n", "\x7f", "ä", "\ud800", [[[[[[[[[]]]]]]]]]),
    ],
    ids=repr,
)
def test_what_another_writer_could_write_otherwise_has_no_place(value: object) -> None:
    """Fractions, escapes, letters beyond ASCII, names of other letters and depths without end are refused."""
    with pytest.raises(NotCanonical):
        canonical(value)


@pytest.mark.parametrize(
    "data",
    [
        *(b"", b"{", b'{"a":1}\n', b' {"a":1}', b'{"a":1,"a":1}', b'{"b":1,"a":1}', b'"\\u0041"', b"01", b"1e2"),
        *(b"-0", b"true", b"1.0", b"[" * 100_000, b"9" * 5_000, '"ä"'.encode(), b'{"a": 1}', b"NaN"),
    ],
    ids=lambda data: repr(data[:12]),
)
def test_other_bytes_are_refused(data: bytes) -> None:
    """Neither spaces, doubled or disordered members, escapes nor hostile sizes are read, and none is a fault."""
    with pytest.raises(NotCanonical):
        read_canonical(data)
