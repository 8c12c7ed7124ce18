"""Which stems of a song sound in a mix, how loud, and where."""

from __future__ import annotations

import dataclasses
import math
from collections.abc import Sequence

from services.library.domain.errors import MixInvalid, StemNotFound

GAIN_DB_MIN, GAIN_DB_MAX = -60.0, 24.0
ACAPELLA = "acapella"
PRESETS = ("karaoke", "instrumental", ACAPELLA)
"""Named mixes: the first two are all but the voices, the third the voices alone."""
_VOICES = frozenset({"vocals", "vocal", "voice"})
_BUT = frozenset({"no", "non", "without", "minus"})
"""Words that turn a name round: two-stem models call the rest `no_vocals`."""


@dataclasses.dataclass(frozen=True)
class Level:
    """One stem of a mix; `gain` multiplies it, `pan` goes from -1 (left) to 1 (right)."""

    stem: str
    gain: float = 1.0
    pan: float = 0.0


def is_voice(stem: str) -> bool:
    """Whether a stem holds singing, by its name: vocals, lead_vocals, backing-vocals..., and not no_vocals."""
    *before, last = stem.replace("-", "_").split("_")
    return last in _VOICES and _BUT.isdisjoint(before)


def preset_levels(stems: Sequence[str], preset: str) -> tuple[Level, ...]:
    """The stems of a named mix. Raises StemNotFound for an unknown one, or where the song has nothing of its kind."""
    if preset not in PRESETS:
        raise StemNotFound
    chosen = tuple(Level(stem) for stem in stems if is_voice(stem) == (preset == ACAPELLA))
    if not chosen or len(chosen) == len(stems):
        raise StemNotFound(f"This song was not separated into voices and others, so there is no {preset} of it.")
    return chosen


def chosen_levels(
    stems: Sequence[str], wanted: Sequence[str], gains_db: Sequence[float], pans: Sequence[float]
) -> tuple[Level, ...]:
    """The stems wanted, all where none is named, each with its gain and pan where these are given.

    Raises StemNotFound for one that the song lacks or that is named twice, MixInvalid for gains or pans that are not as
    many as the stems named, or out of bounds.
    """
    names = tuple(wanted or stems)
    if len(set(names)) != len(names) or not set(names) <= set(stems):
        raise StemNotFound
    for values, what in ((gains_db, "gains"), (pans, "pans")):
        if values and len(values) != len(wanted):
            raise MixInvalid(f"Give as many {what} as stems, and name the stems.")
    if any(not GAIN_DB_MIN <= gain <= GAIN_DB_MAX for gain in gains_db):
        raise MixInvalid(f"A gain is a number of decibels from {GAIN_DB_MIN:.0f} to {GAIN_DB_MAX:.0f}.")
    if any(not -1.0 <= pan <= 1.0 for pan in pans):
        raise MixInvalid("A pan is a number from -1 (left) to 1 (right).")
    factors = [math.pow(10.0, gain / 20.0) for gain in gains_db] or [1.0] * len(names)
    return tuple(Level(*parts) for parts in zip(names, factors, pans or [0.0] * len(names), strict=True))
