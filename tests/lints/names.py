"""A module's name says what is in it."""

from __future__ import annotations

from collections.abc import Iterator

from tests.lints.source import Finding, Source

EMPTY_WORDS = frozenset({"common", "helper", "helpers", "manager", "managers", "misc", "util", "utils"})
NAMED_SUFFIXES = frozenset({".js", ".proto", ".py", ".sh", ".svelte", ".ts"})


def empty_names(source: Source) -> Iterator[Finding]:
    """A file or folder named by a word that would fit anything."""
    if source.path.suffix not in NAMED_SUFFIXES:
        return
    for part in source.path.with_suffix("").parts:
        for word in part.replace("-", "_").lower().split("_"):
            if word in EMPTY_WORDS:
                yield source.finding(1, f"{word!r} in a name says nothing: name the thing or the verb")
