"""The grid of segments over a song: the unit of progress, playback, recovery, encryption and deletion."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

FLAC_BLOCK_SAMPLES = 4096
_SEGMENT_S = 5


@dataclass(frozen=True, slots=True)
class Segment:
    """Samples [start, start + length) of every stem: int32 `[stems, length, channels]`, in the model's stem order.

    `mix` is the same stretch of the decoded upload, int32 `[length, channels]`: what the stems are compared with.
    """

    index: int
    start: int
    stems: NDArray[np.int32]
    mix: NDArray[np.int32]
    residual_energy: float = 0.0
    """Energy, full scale 1.0, of what the model's own stems lacked before it was spread over them."""
    unsound_values: int = 0
    """The model's values, of the chunks that begin in this segment, that were NaN, infinite or absurd and replaced."""

    @property
    def length_samples(self) -> int:
        """Samples of each stem, per channel."""
        return int(self.stems.shape[1])


def segment_samples(rate_hz: int) -> int:
    """Length of every segment but the last: the whole number of FLAC blocks nearest to five seconds."""
    return FLAC_BLOCK_SAMPLES * max(1, round(_SEGMENT_S * rate_hz / FLAC_BLOCK_SAMPLES))


def segment_count(total_samples: int, rate_hz: int) -> int:
    """Segments of a song of `total_samples`."""
    return -(-total_samples // segment_samples(rate_hz))
