"""What a stranger's file says of itself, made fit to keep."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from services.library.domain.file_tags import COVER_BYTES_MAX, FileTags, clean_tags, sound_cover

_JPEG = b"\xff\xd8\xff\xe0"


@pytest.mark.parametrize(
    ("number", "year", "kept"),
    [
        ("3", "1999", ("3", "1999")),
        (" 03 / 12 ", "1999-05-01", ("03/12", "1999")),
        ("three", "'99", ("", "")),
        ("1/2/3", "12345", ("", "")),
        ("A1", "01.05.2001", ("", "2001")),
    ],
)
def test_numbers(number: str, year: str, kept: tuple[str, str]) -> None:
    """A number and a year that are none are left out, dates give their year."""
    tags = clean_tags("", number, year, "")
    assert (tags.track_number, tags.year) == kept


@given(words=st.tuples(st.text(), st.text(), st.text(), st.text()))
def test_any_words_are_bounded(words: tuple[str, str, str, str]) -> None:
    """Whatever a file says, each tag is one bounded line, and cleaning it again changes nothing."""
    tags = clean_tags(*words)
    assert all(len(word) <= 200 and "\n" not in word for word in (tags.album, tags.genre))
    assert clean_tags(tags.album, tags.track_number, tags.year, tags.genre) == tags
    assert isinstance(tags, FileTags)


def test_covers() -> None:
    """A cover is a JPEG or PNG that begins as one, of at most 4 MiB."""
    assert sound_cover("image/jpeg", _JPEG) is not None
    assert sound_cover("image/jpeg", _JPEG + bytes(COVER_BYTES_MAX - 4)) is not None
    for kind, data in (
        ("image/png", _JPEG),
        ("image/svg+xml", b"<svg/>"),
        ("", b""),
        ("image/jpeg", _JPEG + bytes(COVER_BYTES_MAX - 3)),
    ):
        assert sound_cover(kind, data) is None
