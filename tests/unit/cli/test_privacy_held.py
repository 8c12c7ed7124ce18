"""`stripsession privacy held`: what a person reads, and what a program does."""

from __future__ import annotations

import copy
from typing import Any

from cli.privacy_held import lines_of
from cli.verbs import _parser
from services.gateway.api.census_schemas import CENSUS_EXAMPLES

CENSUS: Any = CENSUS_EXAMPLES["Census"]


def _told(**changes: object) -> list[str]:
    census = copy.deepcopy(CENSUS)
    census["held"][0] |= changes
    return list(lines_of(census))


def test_a_kind_is_told_under_its_class() -> None:
    """What it is, how many, since when and until when stand in one line, below the class in the policy's words."""
    heading, line, *_ = _told()
    assert heading == "What is known of a song"
    assert line.split("  ") == ["", "Tracks", "12", "", "since 2029-11-20", "until you delete it or the account closes"]


def test_what_was_not_counted_to_its_end_says_so() -> None:
    """A count that is only the least says that, and sizes are told as people read them."""
    line = _told(count=200_000, is_at_least=True, oldest_at=None, size_bytes=None)[1]
    assert "200,000 or more" in line
    assert "1.5 GB" in _told(size_bytes=1_500_000_000)[1]


def test_an_unknown_kind_is_told_by_its_own_name() -> None:
    """A kind and a word that the server has no text for are told as they are."""
    line = _told(title=None, use=None, kept={"word": "a_while", "text": None})[1]
    assert "library: tracks" in line
    assert "a_while" in line


def test_whoever_could_not_be_asked_is_named() -> None:
    """A service that was down is named at the end, also where nothing else is held."""
    assert _told()[-1].startswith("billing could not be asked")
    lines = list(lines_of(CENSUS | {"held": [], "cookies": []}))
    assert lines[0] == "Nothing is held of you."
    assert lines[-1].startswith("billing could not be asked")


def test_the_verb_is_there() -> None:
    """The command is `privacy held`, with a server and an answer for programs."""
    arguments = _parser().parse_args(["privacy", "held", "--server", "https://stems.example.org", "--json"])
    assert (arguments.server, arguments.json) == ("https://stems.example.org", True)
