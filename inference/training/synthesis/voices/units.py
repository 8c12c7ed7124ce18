"""Cuts a recording into syllables: an onset, a nucleus that can be stretched to a note, and a coda."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

SWING_DB = 2.5
"""How far the level must fall and rise again between two syllables."""
NUCLEUS_FALL_DB = 6.0
QUIET_DB = 26.0
ONSET_FRAMES_MAX = 40
CODA_FRAMES_MAX = 30
NUCLEUS_FRAMES_MIN = 7


@dataclass(frozen=True)
class Unit:
    """One syllable in frames of its recording: onset [start, nucleus), nucleus [nucleus, coda), coda [coda, end)."""

    start: int
    nucleus: int
    coda: int
    end: int


def turning_points(level_db: NDArray[np.float64], swing_db: float = SWING_DB) -> tuple[list[int], list[int]]:
    """Peaks and valleys of a level curve that swings by at least `swing_db`; valley k lies before peak k.

    Returns (peaks, valleys) with len(valleys) == len(peaks) + 1, or two empty lists for a flat curve.
    """
    peaks: list[int] = []
    valleys: list[int] = []
    high = low = 0
    rising = True
    low_before = 0
    for index, level in enumerate(level_db):
        if level > level_db[high]:
            high = index
        if level < level_db[low]:
            low = index
        if rising and level < level_db[high] - swing_db:
            peaks.append(high)
            valleys.append(low_before)
            low, rising = index, False
        elif not rising and level > level_db[low] + swing_db:
            low_before = low
            high, rising = index, True
    if rising and len(level_db) and level_db[high] > level_db[low_before] + swing_db:
        peaks.append(high)
        valleys.append(low_before)
        low = len(level_db) - 1
    if peaks:
        valleys.append(max(low, peaks[-1]))
    return peaks, valleys


def cut(voiced: NDArray[np.bool_], level_db: NDArray[np.float64]) -> list[Unit]:
    """The syllables of a recording, in order and without overlap.

    `voiced` and `level_db` hold one value per frame. A syllable is a peak of level in voiced sound; its nucleus is the
    voiced stretch around the peak that stays within 6 dB of it.
    """
    peaks, valleys = turning_points(level_db)
    if not peaks:
        return []
    floor_db = float(np.quantile(level_db, 0.97)) - QUIET_DB
    found = []
    for index, peak in enumerate(peaks):
        before, after = valleys[index], valleys[index + 1]
        if not voiced[peak] or level_db[peak] < floor_db:
            continue
        inside = voiced[before : after + 1] & (level_db[before : after + 1] > level_db[peak] - NUCLEUS_FALL_DB)
        outside = np.flatnonzero(~inside) + before
        nucleus = int(max([before, *(outside[outside < peak] + 1)]))
        coda = int(min([after, *outside[outside > peak]]))
        if coda - nucleus < NUCLEUS_FRAMES_MIN:
            continue
        start = max(before, nucleus - ONSET_FRAMES_MAX)
        found.append(Unit(start=start, nucleus=nucleus, coda=coda, end=min(after, coda + CODA_FRAMES_MAX)))
    return found
