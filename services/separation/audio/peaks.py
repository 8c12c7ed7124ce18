"""Peaks for drawing a waveform without decoding it."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from services.separation.audio.properties import AudioProperties

PEAK_BLOCK_SAMPLES = 1024


def segment_peaks(stems: NDArray[np.int32], properties: AudioProperties) -> NDArray[np.uint8]:
    """Largest magnitude of each 1024 samples, both channels together, 255 for full scale: uint8 `[stems, blocks]`.

    `stems` is int32 `[stems, n, channels]`. Rounded up, so that only digital silence draws as nothing.
    """
    count, length, channels = stems.shape
    if not length:
        return np.zeros((count, 0), np.uint8)
    # Interleaved channels of one block are neighbours, so one flat row per stem serves mono and stereo alike.
    flat = stems.reshape(count, length * channels)
    starts = np.arange(0, length * channels, PEAK_BLOCK_SAMPLES * channels)
    high = np.maximum.reduceat(flat, starts, axis=1).astype(np.int64)
    low = np.minimum.reduceat(flat, starts, axis=1).astype(np.int64)
    magnitude = np.maximum(high, -low)
    quantised: NDArray[np.uint8] = (-(-magnitude * 255 // properties.full_scale)).astype(np.uint8)
    return quantised


def flat_peaks(stems: NDArray[np.int32]) -> NDArray[np.uint8]:
    """A line for stems whose peaks cannot be told, `[stems, blocks]`: it keeps the place of what comes after.

    The lowest that is not 0, which would say that there is no sound.
    """
    count, length, _ = stems.shape
    return np.ones((count, -(-length // PEAK_BLOCK_SAMPLES)), np.uint8)
