"""What a genre says about its music."""

from __future__ import annotations

from dataclasses import dataclass


def words(text: str) -> tuple[str, ...]:
    """The names in a text; a name given twice is drawn twice as often."""
    return tuple(text.split())


@dataclass(frozen=True, slots=True, kw_only=True)
class Genre:
    """One genre; `layers` has the options `sound:part` of each player of "other", of whom 1 to `layers_max` play."""

    weight: float
    tempo_bpm: tuple[float, float]
    major: tuple[str, ...]
    minor: tuple[str, ...]
    modes: tuple[str, ...]
    grooves: tuple[str, ...]
    kits: tuple[str, ...]
    basses: tuple[str, ...]
    bass_parts: tuple[str, ...]
    layers: tuple[tuple[str, ...], ...]
    layers_max: int = 4
    swing: tuple[float, float] = (0.5, 0.5)
    swing_odds: float = 0.5
    swing_unit: float = 0.5
    waltz: float = 0.0
    percussion: float = 0.3

    def progressions(self, mode: str) -> tuple[str, ...]:
        """The chord progressions that fit a mode, in roman numerals of the major scale."""
        return self.major if mode in {"major", "mixolydian"} else self.minor
