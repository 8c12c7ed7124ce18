"""Tries a network against its original, on synthetic music; knows no runtime, so that it needs no PyTorch."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from inference.door.card import Card
from inference.importing.agreement import AGREEMENT_DB_MIN, agreement_db, require_agreement
from inference.importing.music import music

Floats = NDArray[np.float32]
Separates = Callable[[Floats], Floats]
"""Stems [S, 2, N] of a mix [2, N]."""


@dataclass(frozen=True)
class Trial:
    """One segment of music."""

    seed: int
    level: float
    part: float = 1.0
    """How much of the segment sounds; digital silence follows."""


LOUD, QUIET, ENDING = Trial(1, 1.0), Trial(2, 0.03), Trial(3, 0.7, part=0.4)
# A segment as loud as music is, one much quieter, and one that ends early, as at the end of a song.
TRIALS = (LOUD, QUIET, ENDING)


def least_agreement(
    card: Card, original: Separates, found: Separates, against: str, trials: Sequence[Trial] = TRIALS
) -> dict[str, float]:
    """The least agreement of each stem over the trials, in decibels; says how far it is with whom it is `against`."""
    least = dict.fromkeys(card.stems, np.inf)
    for number, trial in enumerate(trials, 1):
        print(f"comparing with {against}, {number} of {len(trials)}", flush=True)
        mix = music(card.segment_samples, card.sample_rate, trial.seed) * np.float32(trial.level)
        mix[:, int(trial.part * card.segment_samples) :] = 0
        figures = agreement_db(original(mix), found(mix))
        least = {stem: min(least[stem], figure) for stem, figure in zip(least, figures, strict=True)}
    return least


def print_agreement(figures: Mapping[str, float]) -> None:
    """Print the figures. Raises Disagreement where one is too low."""
    for stem, figure in figures.items():
        print(f"{stem}: {figure:.1f} dB", flush=True)
    require_agreement(figures)


def checked(figures: Mapping[str, float], against: str) -> dict[str, object]:
    """The same for a model's card, after all of TRIALS."""
    return {
        "against": against,
        "on": f"{len(TRIALS)} segments of synthetic stereo music",
        "agreement_db": {stem: round(figure, 1) for stem, figure in figures.items()},
        "agreement_db_min": AGREEMENT_DB_MIN,
    }
