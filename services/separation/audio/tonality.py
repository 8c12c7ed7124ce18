"""A song's key: how loud each pitch class is, against the profiles of the 24 keys.

Pitch classes come from spectral peaks (after E. Gómez, "Tonal Description of Polyphonic Audio for Music Content
Processing", INFORMS Journal on Computing 18(3), 2006), profiles from C. L. Krumhansl and E. J. Kessler, "Tracing the
dynamic changes in perceived tonal organization in a spatial representation of musical keys", Psychological Review
89(4), 1982.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from services.separation.audio.shelter import require_numbers

_MAJOR = (6.35, 2.23, 3.48, 2.33, 4.38, 4.09, 2.52, 5.19, 2.39, 3.66, 2.29, 2.88)
_MINOR = (6.33, 2.68, 3.52, 5.38, 2.60, 3.53, 2.54, 4.75, 3.98, 2.69, 3.34, 3.17)
_TONICS = ("C", "C#", "D", "Eb", "E", "F", "F#", "G", "Ab", "A", "Bb", "B")
_WINDOW_S = 0.37
_LOWEST_HZ, _HIGHEST_HZ = 80.0, 2000.0
_A4_HZ = 440.0
# Thirds of a semitone: enough to see how far an instrument is from concert pitch.
_PARTS = 3
_PEAK_MIN = 1e-4
# A single tone has no key: sound must be spread over so many pitch classes (the exponential of the entropy).
_CLASSES_MIN = 3.0
# Songs in a key read 0.6 to 0.97; drums alone and speech less, or the second best key as much.
CONFIDENCE_MIN = 0.5


@dataclass(frozen=True, slots=True)
class Key:
    """`confidence` is the correlation of the song's pitch classes with the key's profile; `name` None when low.

    Raises ValueError for what is no number.
    """

    name: str | None
    confidence: float

    def __post_init__(self) -> None:
        require_numbers(self.confidence)


def pitch_classes(samples: NDArray[np.float32], rate_hz: float) -> NDArray[np.float64]:
    """How loud each third of a semitone from C is, float64 `[36]`, in a mono stretch at about 22 kHz."""
    size = 1 << round(np.log2(_WINDOW_S * rate_hz))
    window = np.hanning(size + 1)[:-1].astype(np.float32)
    loudness = np.zeros(12 * _PARTS)
    for start in range(0, len(samples) - size + 1, size):
        loudness += _window_classes(samples[start : start + size] * window, rate_hz / size)
    return loudness


def _window_classes(samples: NDArray[np.float32], bin_hz: float) -> NDArray[np.float64]:
    spectrum = np.abs(np.fft.rfft(samples)) * (4 / len(samples))
    low, high = max(1, int(_LOWEST_HZ / bin_hz)), min(int(_HIGHEST_HZ / bin_hz), len(spectrum) - 2)
    levels = spectrum[low - 1 : high + 2].astype(np.float64)
    left, middle, right = levels[:-2], levels[1:-1], levels[2:]
    peaks = np.flatnonzero((middle >= left) & (middle > right) & (middle > _PEAK_MIN))
    if not len(peaks):
        return np.zeros(12 * _PARTS)
    shift = 0.5 * (left[peaks] - right[peaks]) / (left[peaks] - 2 * middle[peaks] + right[peaks])
    hertz = (low + peaks + shift) * bin_hz
    # A is nine semitones above C.
    places = np.rint((12 * np.log2(hertz / _A4_HZ) + 9) * _PARTS).astype(np.int64) % (12 * _PARTS)
    # The root: a loud bass note shall not drown the chord above it.
    heard = np.bincount(places, np.sqrt(middle[peaks]), 12 * _PARTS)
    result: NDArray[np.float64] = heard / heard.max() * np.sqrt(middle.max())
    return result


class PitchClassSum:
    """The pitch classes of a song, added up segment by segment in their order, so that every road gives one sum."""

    def __init__(self, before: Sequence[float] = ()) -> None:
        """`before` is the sum over the segments that are there already; empty when there are none."""
        self._loudness = np.array(before, np.float64) if before else np.zeros(12 * _PARTS)

    def add(self, classes: Sequence[float]) -> None:
        """The next segment's."""
        self._loudness += np.array(classes, np.float64)

    def key(self) -> Key:
        """The key of what was added."""
        return find_key(self._loudness)


def find_key(loudness: NDArray[np.float64]) -> Key:
    """The key of pitch classes in thirds of a semitone from C, float64 `[36]`."""
    if not loudness.any():
        return Key(None, 0.0)
    # Where most sound lies within the semitone is how the song is tuned.
    tuned = int(np.argmax(loudness.reshape(12, _PARTS).sum(axis=0)))
    # -1 and 1 are the neighbours on both sides of the semitone's centre.
    centred = np.roll(loudness, -(tuned if tuned <= _PARTS // 2 else tuned - _PARTS))
    classes = np.roll(centred, 1).reshape(12, _PARTS).sum(axis=1)
    share = classes / classes.sum()
    if np.exp(-np.sum(share * np.log(np.maximum(share, 1e-12)))) < _CLASSES_MIN:
        return Key(None, 0.0)
    found = [
        (float(np.corrcoef(np.roll(profile, tonic), classes)[0, 1]), f"{_TONICS[tonic]} {mode}")
        for mode, profile in (("major", _MAJOR), ("minor", _MINOR))
        for tonic in range(12)
    ]
    correlation, name = max(found)
    confidence = round(min(max(correlation, 0.0), 1.0), 3)
    return Key(name if confidence >= CONFIDENCE_MIN else None, confidence)
