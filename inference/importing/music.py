"""Synthetic stereo music to try networks on: chords, a bass, drums and a voice-like tone, each in its own place."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

_BEAT_S = 0.5
_CHORDS_HZ = ((220.0, 277.2, 329.6), (174.6, 220.0, 261.6), (196.0, 246.9, 293.7), (164.8, 207.7, 246.9))


def music(length_samples: int, rate_hz: int, seed: int = 0) -> NDArray[np.float32]:
    """float32 [2, length], peak 0.8; the same for the same seed."""
    generator = np.random.default_rng(seed)
    seconds = np.arange(length_samples) / rate_hz
    beat = (seconds / _BEAT_S).astype(int)
    since_s = seconds - beat * _BEAT_S
    chord = np.array(_CHORDS_HZ)[(beat // 4 + seed) % len(_CHORDS_HZ)]
    keys = sum(np.sin(2 * np.pi * chord[:, part] * seconds + part) / (part + 2) for part in range(3))
    bass = np.sin(2 * np.pi * chord[:, 0] / 4 * seconds) * np.exp(-3 * since_s)
    vibrato = 5 * np.sin(2 * np.pi * 5.5 * seconds)
    voice = sum(
        np.sin(partial * (2 * np.pi * 2 * chord[:, 1] * seconds + vibrato / 5)) / partial**1.5
        for partial in range(1, 9)
    )
    voice = voice * np.clip(np.sin(2 * np.pi * seconds / 4.1), 0, 1)
    kick = np.sin(2 * np.pi * 55 * seconds * np.exp(-since_s)) * np.exp(-18 * since_s)
    noise = generator.standard_normal((2, length_samples))
    snare = noise * np.exp(-25 * since_s) * (beat % 2)
    hats = np.diff(noise, axis=1, prepend=0) * np.exp(-90 * ((since_s * 2) % _BEAT_S))
    left = 0.5 * keys + 0.6 * bass + 0.3 * voice + 0.8 * kick
    right = 0.3 * np.roll(keys, 331) + 0.6 * bass + 0.35 * voice + 0.8 * kick
    mix = np.stack([left, right]) + 0.25 * snare + 0.05 * hats + 1e-4 * noise
    result: NDArray[np.float32] = (0.8 * mix / np.abs(mix).max()).astype(np.float32)
    return result
