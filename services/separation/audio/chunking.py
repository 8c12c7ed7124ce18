"""The grid of model chunks over a song, anchored at its sample 0, and the windows of mix that feed them.

The grid is counted in the upload's own samples, whatever the model's rate. Chunk k is made from a window of the mix
that depends on k and the song alone, so it is the same whether the stream began at sample 0 or in the middle:

    |<---------------- window ---------------->|     read, resampled to the model's rate, separated
    |<-edge->|<-------- usable -------->|<-edge->|
             ^ k*hop - lead

`edge` is what the resampler cannot know for want of context; it is separated and thrown away (0 at equal rates).
How the grid lies is the model's `placement`, since a network does its best on what it was trained and judged on:

- `mirrored`: lead is the overlap, so that sample 0 has a full chunk around it; beyond its ends the song is mirrored.
- `centred`: lead is 0, silence lies beyond the ends. A chunk that reaches past the song's end reads a window moved left
  by half of what is missing, so that the rest of the song stands in its middle with what came before it to its left.
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
    centred: bool = False

    @staticmethod
    def of(rate_hz: int, model: ModelProperties) -> ChunkGrid:
        """Lay `model`'s chunks over audio at `rate_hz`. Raises ValueError if its segment is too short to resample."""
        centred = model.placement == "centred"
        if rate_hz == model.sample_rate_hz:
            return ChunkGrid(model.segment_samples, 0, model.segment_samples, model.hop_samples, centred)
        covered = model.segment_samples * rate_hz // model.sample_rate_hz
        edge = -(-EDGE_SAMPLES * max(rate_hz, model.sample_rate_hz) // model.sample_rate_hz)
        usable = covered - 2 * edge
        if usable < edge:
            raise ValueError(f"segments of {model.segment_samples} samples are too short to resample from {rate_hz} Hz")
        hop = min(model.hop_samples * rate_hz // model.sample_rate_hz, usable - usable // _OVERLAP_MIN_DIVISOR)
        # One more sample than covered, so that the resampler always yields a full segment.
        return ChunkGrid(covered + 2, edge, usable, hop, centred)

    @property
    def overlap_samples(self) -> int:
        """Samples that a chunk shares with the one before it."""
        return self.usable_samples - self.hop_samples

    @property
    def lead_samples(self) -> int:
        """Samples before `k * hop` that chunk k contributes to."""
        return 0 if self.centred else self.overlap_samples

    def usable_start(self, index: int) -> int:
        """First sample that chunk `index` contributes to."""
        return index * self.hop_samples - self.lead_samples

    def window_start(self, index: int, total_samples: int | None = None) -> int:
        """First mix sample of chunk `index`'s window; negative where it reaches before the song.

        `total_samples` may be left out where the song is known to go on past the window.
        """
        return self.usable_start(index) - self.edge_samples - self.shift_samples(index, total_samples)

    def shift_samples(self, index: int, total_samples: int | None) -> int:
        """How far chunk `index`'s window is moved left of its place, since the song ends within it."""
        if not self.centred or total_samples is None:
            return 0
        return max(0, self.usable_start(index) + self.usable_samples - total_samples) // 2

    def first_sample_needed(self, index: int) -> int:
        """The first mix sample that chunk `index` may read, wherever the song will end."""
        shift_max = (self.usable_samples - 1) // 2 if self.centred else 0
        return max(0, self.window_start(index) - shift_max)

    def first_chunk(self, position: int) -> int:
        """The first chunk that contributes to sample `position` or anything after it."""
        return max(0, (position + self.lead_samples - self.usable_samples) // self.hop_samples + 1)

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
        return self._grid.first_sample_needed(self._next)

    def take_ready(self, mix: SampleBuffer[np.int32]) -> list[Chunk]:
        """Chunks whose whole window lies in `mix` (int32 `[channels, n]`), with more of the song after it."""
        ready = []
        while self._grid.window_start(self._next) + self._grid.window_samples < mix.end:
            ready.append(self._cut(mix, None))
        return ready

    def finish(self, mix: SampleBuffer[np.int32]) -> list[Chunk]:
        """The remaining chunks, once `mix` ends where the song ends."""
        rest = []
        while self._next < self._grid.chunk_count(mix.end):
            rest.append(self._cut(mix, mix.end))
        return rest

    def _cut(self, mix: SampleBuffer[np.int32], total_samples: int | None) -> Chunk:
        start = self._grid.window_start(self._next, total_samples)
        stop = start + self._grid.window_samples
        low, high = max(0, start), min(stop, mix.end)
        window = mix.read(low, high).astype(np.float32)
        window *= np.float32(1 / self._properties.full_scale)
        if high - low < self._grid.window_samples:
            if self._grid.centred:
                window = np.pad(window, ((0, 0), (low - start, stop - high)))
            else:
                window = window[:, _mirrored(start - low, stop - low, high - low)]
        chunk = Chunk(self._next, self._resampling.to_model(window))
        self._next += 1
        return chunk


def _mirrored(start: int, stop: int, length: int) -> NDArray[np.int64]:
    """Indices start..stop folded into 0..length by mirroring at both ends, as often as it takes."""
    folded = np.arange(start, stop, dtype=np.int64) % (2 * length)
    result: NDArray[np.int64] = np.minimum(folded, 2 * length - 1 - folded)
    return result
