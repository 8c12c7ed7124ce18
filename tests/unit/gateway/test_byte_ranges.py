"""Ranges and entity tags."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from services.gateway.domain.byte_ranges import (
    ByteRange,
    RangeUnsatisfiable,
    has_already,
    parse_range,
    range_still_valid,
)

SIZES = st.integers(0, 10_000)


@given(header=st.text(), size=SIZES)
def test_any_header_gives_a_range_within_the_file_or_none(header: str, size: int) -> None:
    """Nonsense means the whole file; it never raises anything of its own."""
    try:
        part = parse_range(header, size)
    except RangeUnsatisfiable:
        return
    assert part is None or 0 <= part.start < part.stop <= size


@given(first=st.integers(0, 12_000), length=st.integers(1, 3000), size=SIZES)
def test_a_range_is_cut_to_the_file(first: int, length: int, size: int) -> None:
    """First and last byte are named inclusively."""
    header = f"bytes={first}-{first + length - 1}"
    if first >= size:
        with pytest.raises(RangeUnsatisfiable):
            parse_range(header, size)
    else:
        assert parse_range(header, size) == ByteRange(first, min(first + length, size))


@given(suffix=st.integers(1, 12_000), size=st.integers(1, 10_000))
def test_a_suffix_counts_from_the_end(suffix: int, size: int) -> None:
    """`-n` means the last n bytes, or all when there are fewer."""
    assert parse_range(f"bytes=-{suffix}", size) == ByteRange(max(0, size - suffix), size)


def test_what_is_unsatisfiable_and_what_is_ignored() -> None:
    """An empty suffix is unsatisfiable; reversed, multiple and foreign ranges are ignored; the unit has no case."""
    with pytest.raises(RangeUnsatisfiable):
        parse_range("bytes=-0", 10)
    for header in (None, "", "bytes=5-2", "bytes=0-1,3-4", "items=0-1", "bytes 0-1", "bytes=٣-٤", "bytes=-"):
        assert parse_range(header, 10) is None
    assert parse_range("BYTES = 2 - 3", 10) == ByteRange(2, 4)
    assert parse_range("bytes=-5", 0) is None


def test_tags_are_compared_weakly_for_none_match_and_strongly_for_ranges() -> None:
    """A weak tag saves a download, but never joins bytes."""
    assert has_already('"a", W/"b"', '"b"')
    assert has_already("*", '"b"')
    assert not has_already('"a,b"', '"b"')
    assert not has_already(None, '"b"')
    assert range_still_valid(None, '"b"')
    assert range_still_valid(' "b" ', '"b"')
    assert not range_still_valid('W/"b"', 'W/"b"')
