"""How strongly something begins in each 12 ms of a song: the positive change of a logarithmic mel spectrum.

The envelope of D. P. W. Ellis, "Beat Tracking by Dynamic Programming", Journal of New Music Research 36(1), 2007, with
a difference over two frames. What comes out depends on the samples alone, not on the blocks they came in.
"""

from __future__ import annotations

import math

import numpy as np
from numpy.typing import NDArray

FRAMES_A_SECOND = 86.0
_WINDOW_HOPS = 4
_STEP_SAMPLES = 8
_BATCH_FRAMES = 128
_BANDS = 40
_LOWEST_HZ, _HIGHEST_HZ = 30.0, 10_000.0
# Amplitudes are compressed as log(1 + gain * a): a full-scale band reads 6.9, one 60 dB below it 0.7.
_COMPRESSION_GAIN = 1000.0
_DIFFERENCE_FRAMES = 2
# The peak of a click's envelope comes so long before the click, beside half a window less a hop: measured, 40 clicks.
_LEAD_S = 0.011


class Onsets:
    """Takes a mono stream at about 22 kHz; keeps two bytes a frame."""

    def __init__(self, rate_hz: float) -> None:
        """`rate_hz` is the stream's."""
        self._hop = _STEP_SAMPLES * max(1, round(rate_hz / (FRAMES_A_SECOND * _STEP_SAMPLES)))
        self._size = self._hop * _WINDOW_HOPS
        self.frames_a_second = rate_hz / self._hop
        # A window of silence goes before the song, so that what begins with it is heard to begin.
        self.first_frame_s = (self._size / 2 - self._hop - self._size) / rate_hz + _LEAD_S
        self._window = np.hanning(self._size + 1)[:-1].astype(np.float32)
        self._edges = _mel_edges(self._size, rate_hz)
        # Kept from batch to batch: to get half a megabyte each from the kernel takes as long as to fill it.
        self._framed = np.empty((_BATCH_FRAMES, self._size), np.float32)
        self._spectrum = np.empty((_BATCH_FRAMES, self._size // 2 + 1), np.complex64)
        self._waiting = np.zeros(self._size, np.float32)
        self._before = np.zeros((_DIFFERENCE_FRAMES, _BANDS), np.float32)
        # In one piece: small ones that stay would lie about the heap, and large ones could not use the gaps between.
        self._strengths = bytearray()

    def feed(self, samples: NDArray[np.float32]) -> None:
        """Take the next samples, float32 `[n]`."""
        self._waiting = np.concatenate((self._waiting, samples))
        batch = self._hop * _BATCH_FRAMES
        at = 0
        while len(self._waiting) - at >= batch + self._size - self._hop:
            self._take(self._waiting[at : at + batch + self._size - self._hop])
            at += batch
        self._waiting = self._waiting[at:].copy()

    def finish(self) -> NDArray[np.float16]:
        """The strengths of all frames, float16 `[frames]`; the last samples may be too few. It is the end."""
        if len(self._waiting) >= self._size:
            self._take(self._waiting)
        self._waiting = self._waiting[:0]
        return np.frombuffer(self._strengths, np.float16)

    def _take(self, samples: NDArray[np.float32]) -> None:
        frames = np.lib.stride_tricks.sliding_window_view(samples, self._size)[:: self._hop]
        framed = np.multiply(frames, self._window, out=self._framed[: len(frames)])
        spectrum = np.fft.rfft(framed, axis=1, out=self._spectrum[: len(frames)])  # type: ignore[arg-type]  # NumPy tells double precision
        # The last sum is of what lies above the highest band.
        sums = np.add.reduceat(np.abs(spectrum), self._edges, axis=1)[:, :_BANDS]
        levels = np.log1p(sums * np.float32(_COMPRESSION_GAIN * 4 / self._size))
        joined = np.concatenate((self._before, levels))
        rise = joined[_DIFFERENCE_FRAMES:] - joined[:-_DIFFERENCE_FRAMES]
        self._strengths += np.maximum(rise, 0).mean(axis=1).astype(np.float16).tobytes()
        self._before = joined[-_DIFFERENCE_FRAMES:]


def _mel_edges(size: int, rate_hz: float) -> NDArray[np.int64]:
    """The first bins of bands evenly spaced on the mel scale, and of what lies above them."""
    highest = min(_HIGHEST_HZ, 0.45 * rate_hz)
    mels = np.linspace(_mel(_LOWEST_HZ), _mel(highest), _BANDS + 1)
    edges = np.rint(700.0 * (10 ** (mels / 2595.0) - 1) * size / rate_hz).astype(np.int64)
    # At low frequencies a band may be narrower than a bin; each gets one of its own.
    return np.maximum(edges, 1 + np.arange(_BANDS + 1))


def _mel(hertz: float) -> float:
    """The mel scale in O'Shaughnessy's form."""
    return 2595.0 * math.log10(1 + hertz / 700.0)
