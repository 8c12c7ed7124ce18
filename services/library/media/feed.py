"""From a track's integers to the float samples an encoder takes: its rate, its speed, and the exact length."""

from __future__ import annotations

from fractions import Fraction
from typing import cast

import av
import av.filter
import numpy as np
import soxr
from numpy.typing import NDArray

from services.library.media.segments import StreamShape

Floats = NDArray[np.float32]
# atempo alone goes from 0.5 to 100; twice is what a preview needs.
SPEEDS = (1, 2)
# atempo keeps less than a quarter of a second back, and one frame.
TEMPO_AHEAD_S = 1
_TEMPO_FRAME_SAMPLES = 1024


def length_at(length_samples: int, from_rate: int, rate: int, speed: int = 1) -> int:
    """The samples at `rate` that hold `length_samples` of `from_rate` at `speed`: rounded up, so that none is lost."""
    ratio = Fraction(rate, from_rate * speed)
    return -(-length_samples * ratio.numerator // ratio.denominator)


class Feed:
    """int32 [samples, channels] of a track in, float32 [samples, channels] at `rate` out, `length_samples` in all.

    Resampling (soxr) and the doubled speed (FFmpeg's atempo, which keeps the pitch) give what they have; the end is cut
    or filled with silence to the exact length.
    """

    def __init__(self, shape: StreamShape, rate: int, length_samples: int, speed: int = 1) -> None:
        self._scale = np.float32(2.0 ** (1 - shape.depth))
        self._left = length_samples
        self._channels = shape.channels
        self._tempo = DoubledTempo(shape) if speed == 2 else None
        self._resampler = None
        if rate != shape.sample_rate:
            self._resampler = soxr.ResampleStream(shape.sample_rate, rate, shape.channels, dtype="float32")

    def push(self, samples: NDArray[np.int32]) -> Floats:
        """What these samples complete."""
        return self._cut(self._through(samples.astype(np.float32) * self._scale, is_last=False))

    def finish(self) -> Floats:
        """The rest."""
        tail = self._cut(self._through(np.zeros((0, self._channels), np.float32), is_last=True))
        silence = np.zeros((self._left, self._channels), np.float32)
        self._left = 0
        return np.concatenate((tail, silence))

    def _through(self, floats: Floats, *, is_last: bool) -> Floats:
        if self._tempo is not None:
            floats = self._tempo.push(floats)
            if is_last:
                floats = np.concatenate((floats, self._tempo.finish()))
        if self._resampler is not None:
            made = np.asarray(self._resampler.resample_chunk(np.ascontiguousarray(floats), last=is_last), np.float32)
            floats = made.reshape(-1, self._channels)
        return floats

    def _cut(self, floats: Floats) -> Floats:
        kept = floats[: self._left]
        self._left -= len(kept)
        return kept


class DoubledTempo:
    """Twice as fast at the same pitch; what sounds is within 30 ms of half its time, and never drifts."""

    def __init__(self, shape: StreamShape) -> None:
        self._rate, self._channels = shape.sample_rate, shape.channels
        self._layout = "stereo" if shape.channels == 2 else "mono"
        self._fed = 0
        self._graph = av.filter.Graph()
        rate = shape.sample_rate
        source = self._graph.add_abuffer(
            sample_rate=rate, format="flt", layout=self._layout, time_base=Fraction(1, rate), name="in"
        )
        tempo = self._graph.add("atempo", "2.0")
        self._sink = self._graph.add("abuffersink")
        source.link_to(tempo)
        tempo.link_to(self._sink)
        self._graph.configure()
        self._source = source

    def push(self, floats: Floats) -> Floats:
        """What these [samples, channels] complete."""
        # The filter answers a frame late, so frames are short.
        for at in range(0, len(floats), _TEMPO_FRAME_SAMPLES):
            piece = floats[at : at + _TEMPO_FRAME_SAMPLES]
            packed = np.ascontiguousarray(piece).reshape(1, -1)
            frame = av.AudioFrame.from_ndarray(packed, format="flt", layout=self._layout)
            frame.sample_rate, frame.pts, frame.time_base = self._rate, self._fed, Fraction(1, self._rate)
            self._fed += len(piece)
            self._source.push(frame)
        return self._pulled()

    def finish(self) -> Floats:
        """The rest."""
        self._source.push(None)
        return self._pulled()

    def _pulled(self) -> Floats:
        pieces = [np.zeros((0, self._channels), np.float32)]
        while True:
            try:
                frame = cast("av.AudioFrame", self._sink.pull())
            except (av.BlockingIOError, av.EOFError):
                return np.concatenate(pieces)
            pieces.append(np.asarray(frame.to_ndarray(), np.float32).reshape(-1, self._channels))
