"""Names and titles that listeners type."""

from __future__ import annotations

import unicodedata

import pytest
from hypothesis import given
from hypothesis import strategies as st

from services.library.domain.text import (
    FILE_NAME_CHARACTERS_MAX,
    TITLE_CHARACTERS_MAX,
    clean_file_name,
    clean_title,
    search_text,
    search_words,
    split_title,
    title_of,
)


@given(st.text())
def test_titles_are_clean(text: str) -> None:
    """A title has no control character, no surrounding space, at most 200 characters, and cleaning is stable."""
    title = clean_title(text)
    assert len(title) <= TITLE_CHARACTERS_MAX
    assert title == title.strip()
    assert not any(unicodedata.category(character) in ("Cc", "Cs") for character in title)
    assert clean_title(title) == title


@given(st.text())
def test_file_names_are_no_paths(name: str) -> None:
    """A file name keeps no folder of the machine it comes from, and always suggests a title."""
    cleaned = clean_file_name(name)
    assert "/" not in cleaned
    assert "\\" not in cleaned
    assert len(cleaned) <= FILE_NAME_CHARACTERS_MAX
    assert title_of(cleaned)


@pytest.mark.parametrize(
    ("name", "title"),
    [
        ("song.flac", "song"),
        ("Mr. Brightside", "Mr. Brightside"),
        ("01. Intro.mp3", "01. Intro"),
        (".mp3", ".mp3"),
        ("", "Untitled"),
        ("a\u202egpj.mp3", "agpj"),
    ],
)
def test_title_of(name: str, title: str) -> None:
    """A title is the file's name without its extension."""
    assert title_of(name) == title


@pytest.mark.parametrize(
    ("title", "artist", "rest"),
    [
        ("Joshua Morin - On The Run", "Joshua Morin", "On The Run"),
        ("A - B - C", "A", "B - C"),
        ("On The Run", "", "On The Run"),
        ("Jay-Z", "", "Jay-Z"),
        ("AC-DC -Live", "", "AC-DC -Live"),
        ("Song \u2013 Live", "", "Song \u2013 Live"),
        # The number of a track is nobody's name.
        ("01 - Intro", "", "01 - Intro"),
        ("- B", "", "- B"),
        ("A -", "", "A -"),
    ],
)
def test_a_name_may_hold_artist_and_title(title: str, artist: str, rest: str) -> None:
    """The first dash between spaces parts them; without one, or after a mere number, all of it is the title."""
    assert split_title(title) == (artist, rest)


@given(
    st.text()
    | st.lists(st.sampled_from(["a", "1", " ", "-", " - ", "\u00a0", "\u202e", "."]), max_size=12).map("".join)
)
def test_no_name_loses_its_title(name: str) -> None:
    """Whatever a file is called, both parts are clean, the title has a character, and together they are the name."""
    whole = title_of(clean_file_name(name))
    artist, title = split_title(whole)
    assert title
    assert (clean_title(artist), clean_title(title)) == (artist, title)
    assert whole == (f"{artist} - {title}" if artist else title)


@given(st.text(min_size=1), st.text())
def test_a_title_is_found_by_its_words(title: str, artist: str) -> None:
    """Every word of a title finds it, in whatever case it is typed."""
    haystack = search_text(title, artist)
    assert all(word in haystack for word in search_words(title))
    assert all(word in search_text(title.casefold(), artist) for word in search_words(title))


@pytest.mark.parametrize(
    ("title", "typed"),
    [
        ("The \u00c4nderungen", "anderung"),
        ("The A\u0308nderungen", "\u00e4nderung"),
        ("Sigur R\u00f3s", "sigur ros"),
        ("M\u00d8 & \u0141ukasz", "mo lukasz"),
        ("\u041c\u043e\u0439 \u0451\u0436", "\u043c\u043e\u0438 \u0435\u0436"),
        ("Stra\u00dfe", "STRASSE"),
        ("\uff2a\uff35\uff2d\uff30", "jump"),
    ],
)
def test_a_title_is_found_without_its_accents(title: str, typed: str) -> None:
    """Whoever types a title without its marks, or with others, finds it."""
    assert all(word in search_text(title, "") for word in search_words(typed))


def test_marks_that_make_another_letter_are_kept() -> None:
    """Where a mark is no accent, such as of a Japanese consonant, one word is not found by another."""
    assert search_words("\u304b") != search_words("\u304c")
    assert search_words("\ud55c") == ["\ud55c"]
