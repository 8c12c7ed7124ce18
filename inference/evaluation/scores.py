"""The figures: uSDR, its gain over handing back the mix, and how much leaks into a stem while it should be silent."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

Floats = NDArray[np.float32]

# As the Music Demixing challenge's definition (arXiv 2108.13559) adds it to both energies.
_DELTA = 1e-7
# Mean square under which a true stem counts as silent (-90 dB).
_SILENT = 1e-9
_WINDOW_S = 1


@dataclass(frozen=True)
class StemScore:
    """One stem of one song; all in dB. A silent truth has only a leak, one that never rests has none."""

    usdr_db: float | None
    gain_db: float | None
    leak_db: float | None


def energy(samples: Floats) -> float:
    """Sum of squares over everything."""
    return float(np.sum(np.square(samples, dtype=np.float64)))


def usdr_db(truth: Floats, estimate: Floats) -> float:
    """10 log10 of the truth's energy over the error's, over the whole song and both channels."""
    return float(10 * np.log10((energy(truth) + _DELTA) / (energy(truth - estimate) + _DELTA)))


def leak_db(truth: Floats, estimate: Floats, mix: Floats, rate_hz: int) -> float | None:
    """The estimate's energy over the mix's, in dB, in the seconds in which the truth is silent and the mix is not.

    None where there is no such second. A song shorter than a second is one window.
    """
    length = truth.shape[1]
    window = min(_WINDOW_S * rate_hz, length)
    leaked = heard = 0.0
    for start in range(0, length - window + 1, window):
        at = slice(start, start + window)
        if np.mean(np.square(truth[:, at])) < _SILENT <= np.mean(np.square(mix[:, at])):
            leaked += energy(estimate[:, at])
            heard += energy(mix[:, at])
    return float(10 * np.log10((leaked + _DELTA) / (heard + _DELTA))) if heard else None


def score(truth: Floats, estimate: Floats, mix: Floats, rate_hz: int) -> StemScore:
    """The figures of one estimated stem [2, n]."""
    leak = leak_db(truth, estimate, mix, rate_hz)
    if np.mean(np.square(truth)) < _SILENT:
        return StemScore(None, None, leak)
    found = usdr_db(truth, estimate)
    return StemScore(found, found - usdr_db(truth, mix), leak)
