"""How far two separations of the same music are apart, and how much is too far."""

from __future__ import annotations

from collections.abc import Mapping

import numpy as np
from numpy.typing import NDArray

# An imported network must say what the original says to better than this, in every stem.
AGREEMENT_DB_MIN = 60.0
_FULL_DB = 200.0


class Disagreement(Exception):
    """The converted network does not say what its original says."""


def agreement_db(expected: NDArray[np.floating], found: NDArray[np.floating]) -> list[float]:
    """Signal over difference, in decibels, of each stem of [S, ...]; a stem that is silent in both agrees fully.

    Where either holds anything but finite numbers nothing can be said, which is no agreement: minus infinity.
    """
    figures = []
    for one, other in zip(expected.astype(np.float64), found.astype(np.float64), strict=True):
        if not (np.isfinite(one).all() and np.isfinite(other).all()):
            figures.append(-np.inf)
            continue
        signal, difference = float(np.sum(one**2)), float(np.sum((one - other) ** 2))
        if difference == 0:
            figures.append(_FULL_DB)
        else:
            figures.append(min(_FULL_DB, 10 * float(np.log10(max(signal, 1e-20) / difference))))
    return figures


def require_agreement(figures: Mapping[str, float]) -> None:
    """Raises Disagreement unless every stem's figure, in decibels, is one, and is high enough."""
    # Asked so that a figure that is no number is refused, too: every comparison with it is false.
    if not figures or not all(figure >= AGREEMENT_DB_MIN for figure in figures.values()):
        raise Disagreement(f"less than {AGREEMENT_DB_MIN:.0f} dB from the original")
