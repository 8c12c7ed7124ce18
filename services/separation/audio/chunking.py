"""The grid of model chunks over a song, anchored at its sample 0, and the windows of mix that feed them.

The grid is counted in the upload's own samples, whatever the model's rate. Chunk k is made from a window of the mix
that depends on k alone, so it is the same whether the stream began at sample 0 or in the middle of the song:

    |<------------------- window ------------------->|     read, resampled to the model's rate, separated
    |<-edge->|<-- overlap -->|<------ hop ------>|<-edge->|
             ^ k*hop - overlap                   ^ (k+1)*hop

`edge` is what the resampler cannot know for want of context; it is separated and thrown away (0 at equal rates).
Beyond the song's ends the window is filled by mirroring.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from services.separation.audio.properties import AudioProperties, ModelProperties
from services.separation.audio.resampling import EDGE_SAMPLES, Resampling
from services.separation.audio.sample_buffer import SampleBuffer

# With the edges taken off, a model's own overlap may be used up; at least this part of a chunk is crossfaded.
_OVERLAP_MIN_DIVISOR = 8


@dataclass(frozen=True, slots=True)
class ChunkGrid:
    """Where chunks lie, in samples at the upload's rate."""

    window_samples: int
    edge_samples: int
    usable_samples: int
    hop_samples: int

    @staticmethod
    def of(rate_hz: int, model: ModelProperties) -> ChunkGrid:
        """Lay `model`'s chunks over audio at `rate_hz`. Raises ValueError if its segment is too short to resample."""
        if rate_hz == model.sample_rate_hz:
            return ChunkGrid(model.segment_samples, 0, model.segment_samples, model.hop_samples)
        covered = model.segment_samples * rate_hz // model.sample_rate_hz
        edge = -(-EDGE_SAMPLES * max(rate_hz, model.sample_rate_hz) // model.sample_rate_hz)
        usable = covered - 2 * edge
        if usable < edge:
            raise ValueError(f"segments of {model.segment_samples} samples are too short to resample from {rate_hz} Hz")
        hop = min(model.hop_samples * rate_hz // model.sample_rate_hz, usable - usable // _OVERLAP_MIN_DIVISOR)
        # One more sample than covered, so that the resampler always yields a full segment.
        return ChunkGrid(covered + 2, edge, usable, hop)

    @property
    def overlap_samples(self) -> int:
        """Samples that a chunk shares with the one before it."""
        return self.usable_samples - self.hop_samples

    def window_start(self, index: int) -> int:
        """First mix sample of chunk `index`'s window; negative where it reaches before the song."""
        return self.usable_start(index) - self.edge_samples

    def usable_start(self, index: int) -> int:
        """First sample that chunk `index` contributes to."""
        return index * self.hop_samples - self.overlap_samples

    def first_chunk(self, position: int) -> int:
        """The first chunk that contributes to sample `position` or anything after it."""
        return position // self.hop_samples

    def chunk_count(self, total_samples: int) -> int:
        """Chunks that a song of `total_samples` has."""
        return -(-total_samples // self.hop_samples)


@dataclass(frozen=True, slots=True)
class Chunk:
    """What the model is asked: `samples` is float32 `[2, segment_samples]`, full scale 1.0."""

    index: int
    samples: NDArray[np.float32]


class Chunker:
    """Cuts chunks out of the mix as it grows. The last chunk of a song always comes from `finish`."""

    def __init__(self, grid: ChunkGrid, properties: AudioProperties, resampling: Resampling, first_chunk: int) -> None:
        self._grid = grid
        self._properties = properties
        self._resampling = resampling
        self._next = first_chunk

    @property
    def next_chunk(self) -> int:
        """Index of the chunk to be cut next."""
        return self._next

    @property
    def first_sample_needed(self) -> int:
        """The first mix sample that the next chunk reads."""
        return max(0, self._grid.window_start(self._next))

    def take_ready(self, mix: SampleBuffer[np.int32]) -> list[Chunk]:
        """Chunks whose whole window lies in `mix` (int32 `[channels, n]`), with more of the song after it."""
        ready = []
        while self._grid.window_start(self._next) + self._grid.window_samples < mix.end:
            ready.append(self._cut(mix))
        return ready

    def finish(self, mix: SampleBuffer[np.int32]) -> list[Chunk]:
        """The remaining chunks, once `mix` ends where the song ends."""
        rest = []
        while self._next < self._grid.chunk_count(mix.end):
            rest.append(self._cut(mix))
        return rest

    def _cut(self, mix: SampleBuffer[np.int32]) -> Chunk:
        start = self._grid.window_start(self._next)
        stop = start + self._grid.window_samples
        low, high = max(0, start), min(stop, mix.end)
        window = mix.read(low, high).astype(np.float32)
        window *= np.float32(1 / self._properties.full_scale)
        if high - low < self._grid.window_samples:
            window = window[:, _mirrored(start - low, stop - low, high - low)]
        chunk = Chunk(self._next, self._resampling.to_model(window))
        self._next += 1
        return chunk


def _mirrored(start: int, stop: int, length: int) -> NDArray[np.int64]:
    """Indices start..stop folded into 0..length by mirroring at both ends, as often as it takes."""
    folded = np.arange(start, stop, dtype=np.int64) % (2 * length)
    result: NDArray[np.int64] = np.minimum(folded, 2 * length - 1 - folded)
    return result
