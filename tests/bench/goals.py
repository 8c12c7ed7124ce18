"""What `make bench` promises, and the arithmetic of its figures."""

from __future__ import annotations

import statistics
from collections.abc import Sequence
from dataclasses import dataclass

OVERHEAD_PERCENT_MAX = 15.0
GROWTH_PERCENT_MAX = 10.0
FIRST_SEGMENT_S_MAX = 2.0
PACE_MIN = 10.0
INTERACTIVE_MS_MAX = 1000.0
SIGN_IN_DIFFERENCE_PERCENT_MAX = 5.0
STALLED_MS_MAX = 1000.0
DEMUCS_RATIO_MAX = 0.85
WORKER_AND_ENGINE_MB_MAX = 1500.0
MEGABYTE = 1_000_000


@dataclass(frozen=True)
class Goal:
    """A figure beside its bound. Bounds belong to the promise, figures to this machine and this hour."""

    name: str
    figure: float
    unit: str
    bound: float
    is_least: bool = False
    """Whether the bound is the least allowed, not the most."""
    note: str = ""

    @property
    def met(self) -> bool:
        """A figure that is not a number meets nothing."""
        return self.figure >= self.bound if self.is_least else self.figure <= self.bound

    def line(self) -> str:
        """One line for a terminal."""
        verdict = "met   " if self.met else "MISSED"
        side = "at least" if self.is_least else "at most"
        unit = f" {self.unit}" if self.unit else ""
        note = f"; {self.note}" if self.note else ""
        return f"{verdict}  {self.name}: {self.figure:.4g}{unit} (goal: {side} {self.bound:g}{unit}{note})"


def pace(audio_s: float, wall_s: float) -> float:
    """Seconds of audio in a second of the clock."""
    return audio_s / wall_s


def ratio_of_medians(ours_s: Sequence[float], theirs_s: Sequence[float]) -> float:
    """How long ours takes, theirs being 1."""
    return statistics.median(ours_s) / statistics.median(theirs_s)


def overhead_percent(road_s: Sequence[float], bare_s: Sequence[float]) -> float:
    """What the road takes more than the bare work, in percent of the bare work, by the medians."""
    return 100 * (ratio_of_medians(road_s, bare_s) - 1)


def growth_percent(shorter: float, longer: float) -> float:
    """How much more the longer one needs, in percent of the shorter one."""
    return 100 * (longer / shorter - 1)


def growth_per_second(shorter: float, longer: float, shorter_s: float, longer_s: float) -> float:
    """How much more is needed for each further second of audio, in the unit given."""
    return (longer - shorter) / (longer_s - shorter_s)


def peaks_by_part(samples: Sequence[tuple[float, float]], parts: int) -> list[float]:
    """The largest value in each of `parts` equal stretches of time; of (time, value), in the order of time.

    A stretch in which nothing was seen has the value before it.
    """
    if not samples:
        return []
    began, ended = samples[0][0], samples[-1][0]
    found: list[float | None] = [None] * parts
    for at, value in samples:
        part = min(parts - 1, int(parts * (at - began) / (ended - began))) if ended > began else 0
        so_far = found[part]
        found[part] = value if so_far is None else max(so_far, value)
    peaks: list[float] = []
    for peak in found:
        peaks.append(peaks[-1] if peak is None else peak)
    return peaks


def in_turn(rounds: int) -> list[tuple[int, bool]]:
    """Numbers of rounds from 1, and whether ours goes first: in every other one, so that neither gains by the order."""
    return [(number + 1, number % 2 == 1) for number in range(rounds)]
