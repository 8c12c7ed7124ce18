"""Summing stems with gains, as integers where that is exact, and the samples a WAV or MP3 is made from."""

from __future__ import annotations

import math
from bisect import bisect_right
from collections.abc import Sequence

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
    low, high = -(1 << (depth - 1)), (1 << (depth - 1)) - 1
    if all(gain in (0.0, 1.0) for gain in gains):
        whole = np.zeros(stems[0].shape, np.int64)
        for stem, gain in zip(stems, gains, strict=True):
            if gain:
                whole += stem
    else:
        total = np.zeros(stems[0].shape, np.float64)
        for stem, gain in zip(stems, gains, strict=True):
            total += stem * gain
        whole = np.rint(total).astype(np.int64)
    clipped = int(np.count_nonzero((whole < low) | (whole > high)))
    return np.clip(whole, low, high).astype(np.int32), clipped


class StemMix:
    """A run of samples over segments: one stem as it is, or several with gains.

    `stems` maps the caller's source numbers to plans of equal shape and segment lengths. Stems at gain 0 are never
    asked for. Raises ValueError for no gains, unequal stems, or a gain outside -GAIN_MAX..GAIN_MAX.
    """

    def __init__(self, stems: dict[int, StemPlan], gains: dict[int, float]) -> None:
        if not gains or set(gains) - set(stems):
            raise ValueError("gains name stems that are not there, or none")
        if any(not math.isfinite(gain) or abs(gain) > GAIN_MAX for gain in gains.values()):
            raise ValueError(f"a gain is a number from -{GAIN_MAX} to {GAIN_MAX}")
        # A mix with everything muted is silence of the right length: one stem is still asked for, at gain 0.
        audible = {source: gain for source, gain in gains.items() if gain} or dict([next(iter(gains.items()))])
        self._stems = {source: stems[source] for source in audible}
        self._gains = audible
        first = next(iter(self._stems.values()))
        if any(plan.shape != first.shape or plan.starts != first.starts for plan in self._stems.values()):
            raise ValueError("the stems of a mix have one shape and the same segments")
        self.shape: StreamShape = first.shape
        self.starts = first.starts

    @property
    def length_samples(self) -> int:
        """The length in samples."""
        return self.starts[-1]

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

    def samples(self, index: int, segments: Sequence[bytes], report: RunReport) -> NDArray[np.int32]:
        """The samples [samples, channels] of segment `index`, from the segments of each stem in the order of `refs`."""
        plans = zip(self._stems.values(), segments, strict=True)
        decoded = [decode_segment(segment, plan.shape, plan.segments[index]) for plan, segment in plans]
        gains = list(self._gains.values())
        if gains == [1.0]:
            return decoded[0]
        mixed, clipped = mix_samples(decoded, gains, self.shape.depth)
        report.clipped_samples += clipped
        return mixed
