"""Hearing tempo, key and loudness is a convenience: whatever fails in it, a song's stems go on."""

from __future__ import annotations

import math
from collections.abc import Callable
from typing import TypeAlias, TypeVar

Result = TypeVar("Result")

GivenUp: TypeAlias = Callable[[str, Exception], None]
"""Is told which part was given up, and the fault."""


class Shelter:
    """Keeps one part of the analysis apart from all else. Its first fault gives it up for the rest of the song."""

    def __init__(self, part: str, given_up: GivenUp) -> None:
        self._part = part
        self._given_up = given_up
        self._is_open = True

    def close(self) -> None:
        """Give the part up without a fault: it cannot be known any more."""
        self._is_open = False

    def tried(self, step: Callable[[], Result], unknown: Result) -> Result:
        """What the step gives; `unknown` once the part is given up, now or before."""
        if not self._is_open:
            return unknown
        try:
            return step()
        except Exception as fault:  # noqa: BLE001 - a fault of any kind in hearing a song must not cost its stems
            self._is_open = False
            self._given_up(self._part, fault)
            return unknown


def require_numbers(*values: float | None) -> None:
    """Raises ValueError for NaN and infinity; None is unknown, and may be."""
    if not all(value is None or math.isfinite(value) for value in values):
        raise ValueError("what was heard is no number")
