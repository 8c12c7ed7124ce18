"""How many may be at something at once, so that it cannot take all of what everything else needs too."""

from __future__ import annotations

import collections
import contextlib
import math
from collections.abc import Iterator


class HolderIsFull(Exception):
    """Who asks has as many places as one may have."""


class AllAreFull(Exception):
    """Nobody can have one more."""


class Bulkhead:
    """Places of one kind, each held for as long as a block runs."""

    def __init__(self, per_holder: int, in_all: float = math.inf) -> None:
        """At most so many."""
        self._per_holder = per_holder
        self._in_all = in_all
        self._held: collections.Counter[str] = collections.Counter()

    @property
    def holders(self) -> int:
        """How many have a place."""
        return len(self._held)

    @contextlib.contextmanager
    def place(self, holder: str) -> Iterator[None]:
        """Hold one. Raises HolderIsFull and AllAreFull, and then holds none."""
        if self._held[holder] >= self._per_holder:
            raise HolderIsFull
        if self._held.total() >= self._in_all:
            raise AllAreFull
        self._held[holder] += 1
        try:
            yield
        finally:
            self._held[holder] -= 1
            if not self._held[holder]:
                del self._held[holder]
