"""Loudness by EBU R128 and true peak by ITU-R BS.1770, measured by FFmpeg's `ebur128` filter as the song streams by."""

from __future__ import annotations

import contextlib
import math
from collections.abc import Mapping
from dataclasses import dataclass
from fractions import Fraction

import av
import av.error
import av.filter
import numpy as np
from numpy.typing import NDArray

from services.separation.audio.properties import AudioProperties
from services.separation.audio.shelter import require_numbers

# What the filter says when every block lies below the absolute gate.
_SILENT_LUFS = -70.0
# The filter's steps; what is left of the last one is filled with silence, or its peak would not be told.
_STEP = Fraction(1, 10)
# Short-term loudness is taken over three seconds.
_RANGE_S_MIN = 3.0


@dataclass(frozen=True, slots=True)
class Loudness:
    """None where there is too little sound to say: silence, or less than 0.4 s (for the range 3 s).

    Raises ValueError for what is no number.
    """

    integrated_lufs: float | None
    range_lu: float | None
    true_peak_dbtp: float | None

    def __post_init__(self) -> None:
        require_numbers(self.integrated_lufs, self.range_lu, self.true_peak_dbtp)


class LoudnessMeter:
    """Takes the whole mix, from sample 0. Memory is constant."""

    def __init__(self, properties: AudioProperties) -> None:
        self._properties = properties
        self._layout = "mono" if properties.channels == 1 else "stereo"
        self._format = "s16" if properties.depth_bits == 16 else "s32"
        self._graph = av.filter.Graph()
        time_base = Fraction(1, properties.rate_hz)
        source = self._graph.add_abuffer(
            sample_rate=properties.rate_hz, format=self._format, layout=self._layout, time_base=time_base
        )
        meter = self._graph.add("ebur128", "framelog=quiet:metadata=1:peak=true")
        sink = self._graph.add("abuffersink")
        source.link_to(meter)
        meter.link_to(sink)
        self._graph.configure()
        self._samples = 0
        self._told: Mapping[str, str] = {}

    def feed(self, block: NDArray[np.int32]) -> None:
        """Take the next int32 `[n, channels]`."""
        if not len(block):
            return
        # 24 bits sit at the top of 32.
        packed = block.astype(np.int16) if self._format == "s16" else np.left_shift(block, 8, dtype=np.int32)
        frame = av.AudioFrame.from_ndarray(packed.reshape(1, -1), format=self._format, layout=self._layout)
        frame.sample_rate = self._properties.rate_hz
        frame.time_base = Fraction(1, self._properties.rate_hz)
        frame.pts = self._samples
        self._samples += len(block)
        self._graph.push(frame)
        self._drain()

    def finish(self) -> Loudness:
        """What the song came to."""
        song_s = self._samples / self._properties.rate_hz
        step_samples = math.ceil(self._properties.rate_hz * _STEP)
        self.feed(np.zeros((-self._samples % step_samples, self._properties.channels), np.int32))
        self._graph.push(None)
        self._drain()
        integrated, peak = self._figure("I", _SILENT_LUFS), self._figure("true_peak", 0.0)
        is_silent = integrated <= _SILENT_LUFS
        return Loudness(
            integrated_lufs=None if is_silent else round(integrated, 1),
            range_lu=None if is_silent or song_s < _RANGE_S_MIN else round(self._figure("LRA", 0.0), 1),
            true_peak_dbtp=round(20 * math.log10(peak), 1) if peak > 0 else None,
        )

    def _figure(self, name: str, otherwise: float) -> float:
        found = float(self._told.get(f"lavfi.r128.{name}", otherwise))
        return found if math.isfinite(found) else otherwise

    def _drain(self) -> None:
        last = None
        with contextlib.suppress(av.error.BlockingIOError, av.error.EOFError):
            while True:
                last = self._graph.pull()
        if last is not None:
            # Each frame tells of everything up to it; only the last of a batch is read, which costs least.
            self._told = last.metadata or self._told
