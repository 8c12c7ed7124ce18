"""Summing stems with gains and pans, as integers where that is exact, and the samples a download is made from."""

from __future__ import annotations

import math
from bisect import bisect_right
from collections.abc import Mapping, Sequence
from dataclasses import replace

import numpy as np
from numpy.typing import NDArray

from services.library.media.assembly import RunReport, SegmentRef
from services.library.media.segments import StemPlan, StreamShape, decode_segment

# +24 dB: more is a slip of the hand.
GAIN_MAX = 16.0


def mix_samples(
    stems: Sequence[NDArray[np.int32]], gains: Sequence[float], depth: int
) -> tuple[NDArray[np.int32], int]:
    """The sum of `stems` ([samples, channels] each) times `gains`, clipped to `depth` bits, and how many were clipped.

    Gains of exactly 0 and 1 are summed as integers, so all stems at unity give the original bit for bit; otherwise the
    sum is made in float64, in which every stem sample is exact, and rounded once, to even.
    """
    return clipped(_summed(stems, [(gain, gain) for gain in gains], stems[0].shape[1]), depth)


def clipped(whole: NDArray[np.int64], depth: int) -> tuple[NDArray[np.int32], int]:
    """`whole` within `depth` bits, and how many samples had to be changed."""
    low, high = -(1 << (depth - 1)), (1 << (depth - 1)) - 1
    count = int(np.count_nonzero((whole < low) | (whole > high)))
    return np.clip(whole, low, high).astype(np.int32), count


def _summed(
    stems: Sequence[NDArray[np.int32]], levels: Sequence[tuple[float, float]], channels: int
) -> NDArray[np.int64]:
    shape = (stems[0].shape[0], channels)
    if all(level in ((0.0, 0.0), (1.0, 1.0)) for level in levels):
        whole = np.zeros(shape, np.int64)
        for stem, level in zip(stems, levels, strict=True):
            if level[0]:
                whole += stem
        return whole
    total = np.zeros(shape, np.float64)
    for stem, level in zip(stems, levels, strict=True):
        total += stem * (np.array(level) if channels == 2 else level[0])
    return np.rint(total).astype(np.int64)


def side_levels(gain: float, pan: float) -> tuple[float, float]:
    """The factors for left and right: a balance, so that the centre, 0, is `gain` itself, and -1 is left alone."""
    return gain * min(1.0, 1.0 - pan), gain * min(1.0, 1.0 + pan)


class StemMix:
    """A run of samples over segments: one stem as it is, or several with gains, and pans from -1 to 1.

    `stems` maps the caller's source numbers to plans of equal shape and segment lengths. Stems at gain 0 are never
    asked for. A mono stem panned aside makes the mix stereo. Raises ValueError for no gains, unequal stems, a gain
    outside -GAIN_MAX..GAIN_MAX, or a pan outside -1..1.
    """

    def __init__(
        self, stems: Mapping[int, StemPlan], gains: Mapping[int, float], pans: Mapping[int, float] | None = None
    ) -> None:
        pans = pans or {}
        if not gains or set(gains) - set(stems):
            raise ValueError("gains name stems that are not there, or none")
        if any(not math.isfinite(gain) or abs(gain) > GAIN_MAX for gain in gains.values()):
            raise ValueError(f"a gain is a number from -{GAIN_MAX} to {GAIN_MAX}")
        if any(not -1.0 <= pan <= 1.0 for pan in pans.values()):
            raise ValueError("a pan is a number from -1 to 1")
        # A mix with everything muted is silence of the right length: one stem is still asked for, at gain 0.
        audible = {source: gain for source, gain in gains.items() if gain} or dict([next(iter(gains.items()))])
        self._stems = {source: stems[source] for source in audible}
        self._levels = {source: side_levels(gain, pans.get(source, 0.0)) for source, gain in audible.items()}
        first = next(iter(self._stems.values()))
        if any(plan.shape != first.shape or plan.starts != first.starts for plan in self._stems.values()):
            raise ValueError("the stems of a mix have one shape and the same segments")
        is_panned = any(left != right for left, right in self._levels.values())
        self.shape: StreamShape = replace(first.shape, channels=2) if is_panned else first.shape
        self.starts = first.starts

    @property
    def length_samples(self) -> int:
        """The length in samples."""
        return self.starts[-1]

    @property
    def sources(self) -> tuple[int, ...]:
        """The stems that have to be fed, in order."""
        return tuple(self._stems)

    @property
    def plans(self) -> dict[int, StemPlan]:
        """The plans of the stems that have to be fed."""
        return dict(self._stems)

    @property
    def is_one_stem(self) -> bool:
        """Whether this is a single stem as it was stored."""
        return list(self._levels.values()) == [(1.0, 1.0)]

    def segment_at(self, sample: int) -> int:
        """The index of the segment that holds `sample`."""
        return bisect_right(self.starts, sample) - 1

    def refs(self, indexes: range) -> list[SegmentRef]:
        """What has to be fed for these segments: every audible stem of one, then of the next."""
        return [SegmentRef(source, index) for index in indexes for source in self._stems]

    @property
    def stems_count(self) -> int:
        """How many segments make one segment of the mix."""
        return len(self._stems)

    def decoded(self, index: int, segments: Sequence[bytes]) -> dict[int, NDArray[np.int32]]:
        """Each stem's samples [samples, channels] in segment `index`, from `segments` in the order of `refs`."""
        pairs = zip(self._stems.items(), segments, strict=True)
        return {source: decode_segment(one, plan.shape, plan.segments[index]) for (source, plan), one in pairs}

    def summed(self, decoded: Mapping[int, NDArray[np.int32]]) -> NDArray[np.int64]:
        """The sum [samples, channels], which may leave the depth's range. More stems than its own may be there."""
        return _summed([decoded[source] for source in self._stems], list(self._levels.values()), self.shape.channels)

    def mixed(self, decoded: Mapping[int, NDArray[np.int32]], report: RunReport) -> NDArray[np.int32]:
        """The samples [samples, channels] within the depth's range; what was clipped is counted in `report`."""
        if self.is_one_stem:
            return decoded[self.sources[0]]
        mixed, count = clipped(self.summed(decoded), self.shape.depth)
        report.clipped_samples += count
        return mixed

    def samples(self, index: int, segments: Sequence[bytes], report: RunReport) -> NDArray[np.int32]:
        """The samples [samples, channels] of segment `index`, from the segments of each stem in the order of `refs`."""
        return self.mixed(self.decoded(index, segments), report)
