"""A listener's own words for a track."""

from __future__ import annotations

import contextlib

import pytest
from hypothesis import given
from hypothesis import strategies as st

from services.library.domain.errors import TagsInvalid
from services.library.domain.listing import TAG_CHARACTERS_MAX, TAGS_MAX, clean_words


def test_words_are_cleaned_and_kept_once() -> None:
    """Tags are cleaned as titles are; of those alike but for case the first stays, and their order does."""
    assert clean_words(["  Late\tnight ", "Jazz", "jazz", "JAZZ", "STRASSE", "straße"]) == (
        "Late night",
        "Jazz",
        "STRASSE",
    )
    assert clean_words([]) == ()


@pytest.mark.parametrize(
    "words",
    [[""], ["\u202e \x00"], ["x" * (TAG_CHARACTERS_MAX + 1)], [str(number) for number in range(TAGS_MAX + 1)]],
    ids=["empty", "invisible", "long", "many"],
)
def test_other_words_are_refused(words: list[str]) -> None:
    """A tag that nobody sees, one too long, or one too many is refused rather than cut."""
    with pytest.raises(TagsInvalid):
        clean_words(words)


@given(st.lists(st.text(max_size=60), max_size=30))
def test_any_words_are_tags_or_refused(words: list[str]) -> None:
    """Whatever words come, they are few, short and different tags that stay as they are, or TagsInvalid."""
    with contextlib.suppress(TagsInvalid):
        tags = clean_words(words)
        assert len(tags) == len({tag.casefold() for tag in tags}) <= TAGS_MAX
        assert all(1 <= len(tag) <= TAG_CHARACTERS_MAX for tag in tags)
        assert clean_words(tags) == tags
