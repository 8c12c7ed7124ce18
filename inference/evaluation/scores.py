"""The figures: uSDR, its gain over handing back the mix, leak into silence, and whether the stems sum to the mix."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

Floats = NDArray[np.float32]

# As the Music Demixing challenge's definition (arXiv 2108.13559) adds it to both energies.
_DELTA = 1e-7
# Mean square under which a true stem counts as silent (-90 dB).
_SILENT = 1e-9


@dataclass(frozen=True)
class StemScore:
    """One stem of one song; all in dB. A silent truth has only a leak."""

    usdr_db: float | None
    gain_db: float | None
    leak_db: float | None


def energy(samples: Floats) -> float:
    """Sum of squares over everything."""
    return float(np.sum(np.square(samples, dtype=np.float64)))


def usdr_db(truth: Floats, estimate: Floats) -> float:
    """10 log10 of the truth's energy over the error's, over the whole song and both channels."""
    return float(10 * np.log10((energy(truth) + _DELTA) / (energy(truth - estimate) + _DELTA)))


def score(truth: Floats, estimate: Floats, mix: Floats) -> StemScore:
    """The figures of one estimated stem [2, n]."""
    if np.mean(np.square(truth)) < _SILENT:
        return StemScore(None, None, float(10 * np.log10((energy(estimate) + _DELTA) / (energy(mix) + _DELTA))))
    found = usdr_db(truth, estimate)
    return StemScore(found, found - usdr_db(truth, mix), None)
