"""How a listener wants their tracks listed, and their own words for them."""

from __future__ import annotations

import dataclasses
import enum
from collections.abc import Sequence

from services.library.domain.errors import TagsInvalid
from services.library.domain.text import clean_title
from services.library.domain.track import Track

TAGS_MAX = 20
TAG_CHARACTERS_MAX = 40


class Order(enum.Enum):
    """Which tracks come first; the values stand in page tokens."""

    NEWEST = "newest"
    TITLE = "title"
    ARTIST = "artist"
    LENGTH = "length"


@dataclasses.dataclass(frozen=True)
class Wanted:
    """Which of a listener's tracks: those with every word in title or artist, and with the tag where one is named."""

    words: tuple[str, ...] = ()
    tag: str = ""
    order: Order = Order.NEWEST


@dataclasses.dataclass(frozen=True)
class TagCount:
    """A tag as it is written, and how many of its listener's tracks have it."""

    tag: str
    tracks: int


@dataclasses.dataclass(frozen=True)
class Listed:
    """A page of tracks, the token of the next page (empty on the last), and how many are wanted in all."""

    tracks: tuple[Track, ...]
    next_token: str
    total: int


def clean_words(words: Sequence[str]) -> tuple[str, ...]:
    """The tags, cleaned as titles are, each once whatever its case, in their order. Raises TagsInvalid."""
    tags: dict[str, str] = {}
    for word in words:
        tag = clean_title(word)
        if not tag or len(tag) > TAG_CHARACTERS_MAX:
            raise TagsInvalid
        tags.setdefault(tag.casefold(), tag)
    if len(tags) > TAGS_MAX:
        raise TagsInvalid
    return tuple(tags.values())
