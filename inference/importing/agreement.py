"""How far two separations of the same music are apart, and how much is too far."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

# An imported network must say what the original says to better than this, in every stem.
AGREEMENT_DB_MIN = 60.0


def agreement_db(expected: NDArray[np.float32], found: NDArray[np.float32]) -> list[float]:
    """Signal over difference, in decibels, of each stem of [S, 2, N]; a stem that is silent in both agrees fully."""
    figures = []
    for one, other in zip(expected.astype(np.float64), found.astype(np.float64), strict=True):
        signal, difference = float(np.sum(one**2)), float(np.sum((one - other) ** 2))
        if difference == 0:
            figures.append(200.0)
        else:
            figures.append(min(200.0, 10 * float(np.log10(max(signal, 1e-20) / difference))))
    return figures
