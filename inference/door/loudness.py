"""The same song, quieter, must give the same stems, quieter: a network hears every mix at one loudness."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from .card import Card, ModelRefused

if TYPE_CHECKING:
    from numpy.typing import NDArray

    Floats = NDArray[np.float32]

MODES = ("none", "rms")


def mode_of(card: Card, otherwise: str) -> str:
    """The card's `normalise`. Raises ModelRefused when there is no such mode."""
    mode = card.text("normalise", otherwise)
    if mode not in MODES:
        raise ModelRefused(f"{card.name}: normalise must be one of {', '.join(MODES)}, not {mode!r}")
    return mode


def gains(mixes: Floats, mode: str) -> Floats:
    """What to multiply each of the mixes [B, 2, N], none of them silent, by: float32 [B, 1, 1]."""
    if mode == "none":
        return np.ones((mixes.shape[0], 1, 1), np.float32)
    # Scaled by the peak first: squares of very quiet samples are zero.
    peaks = np.max(np.abs(mixes), axis=(1, 2), keepdims=True).astype(np.float64)
    powers = np.mean((mixes / peaks) ** 2, axis=(1, 2), keepdims=True)
    return np.asarray(np.minimum(1.0 / (peaks * np.sqrt(powers)), np.finfo(np.float32).max), np.float32)
