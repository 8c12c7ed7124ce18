"""Tries an imported model against its original, on synthetic music, through the door that will serve it."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np
import torch
from numpy.typing import NDArray

from inference.door.separator import Separator
from inference.importing.agreement import AGREEMENT_DB_MIN, agreement_db, require_agreement
from inference.importing.music import music

# A segment as loud as music is, one much quieter, and one that ends early, as at the end of a song.
TRIALS = ((1, 1.0, 1.0), (2, 0.03, 1.0), (3, 0.7, 0.4))


def least_agreement(original: Callable[[torch.Tensor], torch.Tensor], separator: Separator) -> dict[str, float]:
    """The least agreement of each stem over the trials, in decibels.

    `original` takes mixes [1, 2, N] and gives stems [1, S, 2, N], S being all stems or all but those made of the rest.
    """
    card = separator.card
    least = dict.fromkeys(card.stems, float("inf"))
    for seed, level, part in TRIALS:
        mix = music(card.segment_samples, card.sample_rate, seed) * np.float32(level)
        mix[:, int(part * card.segment_samples) :] = 0
        with torch.no_grad():
            expected: NDArray[np.float32] = original(torch.from_numpy(mix)[None])[0].numpy()
        found = separator.separate(mix)
        rest = card.transform.get("rest", -1)
        if isinstance(rest, int) and rest >= 0 and len(expected) < len(found):
            expected = np.insert(expected, rest, mix - expected.sum(axis=0), axis=0)
        figures = agreement_db(expected, found)
        least = {stem: min(least[stem], figure) for stem, figure in zip(least, figures, strict=True)}
    return least


def print_agreement(figures: dict[str, float]) -> None:
    """Print the figures. Raises Disagreement where one is too low."""
    for stem, figure in figures.items():
        print(f"{stem}: {figure:.1f} dB")
    require_agreement(figures)


def checked(figures: dict[str, float]) -> dict[str, object]:
    """The same for a model's card."""
    return {
        "against": f"the original's own forward in torch {torch.__version__}",
        "on": f"{len(TRIALS)} segments of synthetic stereo music",
        "agreement_db": {stem: round(figure, 1) for stem, figure in figures.items()},
        "agreement_db_min": AGREEMENT_DB_MIN,
    }
