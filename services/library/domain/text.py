"""Names and titles as listeners type them, made fit to keep, show and search."""

from __future__ import annotations

import unicodedata

TITLE_CHARACTERS_MAX = 200
FILE_NAME_CHARACTERS_MAX = 255
SEARCH_WORDS_MAX = 8
_UNTITLED = "Untitled"
_BETWEEN = " - "
_MARK_FIRST, _MARK_LAST = "\u0300", "\u036f"
_STRUCK = str.maketrans("\u00f8\u0142\u0111\u0127\u0167\u0131", "oldhti")
_HIDDEN = frozenset({"Cc", "Cs", "Co", "Cn", "Zl", "Zp"})
# Overrides of direction can make a name read as another one; joiners, which scripts and emoji need, are none of these.
_DIRECTIONS = frozenset("\u202a\u202b\u202c\u202d\u202e\u2066\u2067\u2068\u2069")


def clean_title(text: str) -> str:
    """`text` in NFC without control characters, white space as single spaces, at most 200 characters; maybe empty."""
    return _clean(text, TITLE_CHARACTERS_MAX)


def clean_file_name(text: str) -> str:
    """The last part of a file name as sent by a browser of any system, cleaned as a title, at most 255 characters."""
    return _clean(text.replace("\\", "/").rpartition("/")[2], FILE_NAME_CHARACTERS_MAX)


def title_of(file_name: str) -> str:
    """The title that a file's name suggests: without its extension, never empty."""
    stem, dot, extension = file_name.rpartition(".")
    is_extension = bool(dot and stem.strip() and 1 <= len(extension) <= 5 and extension.isalnum())
    return clean_title(stem if is_extension else file_name) or _UNTITLED


def split_title(title: str) -> tuple[str, str]:
    """Artist and title, where a clean title that was a file's name holds both: "Artist - Title"; else no artist."""
    artist, dash, rest = title.partition(_BETWEEN)
    # In front of a song of an album stands its number.
    return (artist, rest) if dash and not artist.isdigit() else ("", title)


def search_text(title: str, artist: str) -> str:
    """What a search looks through."""
    return _folded(f"{title}\n{artist}")


def search_words(query: str) -> list[str]:
    """The words of a query, at most eight, folded as the text they are looked for in: case and accents do not count."""
    return _folded(query).split()[:SEARCH_WORDS_MAX]


def _folded(text: str) -> str:
    """Without case and without marks, since not every keyboard has those that a title has.

    Marks of other scripts than Latin, Greek and Cyrillic stay: there they make other letters and vowels. Some letters
    are struck through and have no form without the stroke in Unicode. Migration 0009 does the same in SQL.
    """
    parts = unicodedata.normalize("NFKD", unicodedata.normalize("NFKC", text).casefold())
    bare = "".join(character for character in parts if not _MARK_FIRST <= character <= _MARK_LAST)
    return unicodedata.normalize("NFKC", bare).translate(_STRUCK)


def _clean(text: str, characters_max: int) -> str:
    spaced = "".join(" " if character.isspace() else character for character in unicodedata.normalize("NFC", text))
    kept = (
        character
        for character in spaced
        if character not in _DIRECTIONS and unicodedata.category(character) not in _HIDDEN
    )
    return " ".join("".join(kept).split())[:characters_max].rstrip()
