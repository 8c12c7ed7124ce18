"""Joins separated chunks into one continuous stream of stems.

Every sample is divided by the sum of the windows that cover it, however many, so weights sum to one everywhere, the
first and the last chunk included. The window goes with the model's placement: `mirrored` is flat, with sin-squared
fades over the overlap (at most half a chunk); `centred` is a triangle over the whole chunk, which between two chunks
is a straight crossfade.
"""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from services.separation.audio.chunking import ChunkGrid


class OverlapAdd:
    """Takes chunks in order and gives each stretch of stems as soon as no later chunk can change it.

    Starting at chunk k gives the same bits for every sample from `from_sample` on as starting at 0, provided that k is
    `grid.first_chunk(from_sample)`.
    """

    def __init__(self, grid: ChunkGrid, stems: int, channels: int, from_sample: int) -> None:
        self._grid = grid
        if grid.centred:
            self._window = _triangle(grid.usable_samples)
        else:
            self._window = _faded(grid.usable_samples, grid.overlap_samples)
        self._sum = np.zeros((stems, channels, grid.usable_samples), np.float32)
        self._weight = np.zeros(grid.usable_samples, np.float32)
        self._weighted = np.empty(grid.usable_samples, np.float32)
        self._next = grid.first_chunk(from_sample)
        self._position = from_sample

    @property
    def position(self) -> int:
        """The song's sample that the next output begins at."""
        return self._position

    @property
    def next_chunk(self) -> int:
        """Index of the chunk to be added next."""
        return self._next

    @property
    def bytes_held(self) -> int:
        """Bytes of sums, weights, window and what is added to them; constant."""
        return self._sum.nbytes + self._weight.nbytes + self._window.nbytes + self._weighted.nbytes

    def add(self, part: NDArray[np.float32], total_samples: int | None) -> NDArray[np.float32]:
        """Add the next chunk, float32 `[stems, channels, usable]`; return the stems that are now final.

        `total_samples` is given with the song's last chunk, and lets out everything up to the song's end.
        """
        start = self._grid.usable_start(self._next)
        final = start + self._grid.hop_samples if total_samples is None else total_samples
        # Row by row, so that what is made on the way stays in the processor's cache.
        for stem in range(len(part)):
            for channel, samples in enumerate(part[stem]):
                np.multiply(samples, self._window, out=self._weighted)
                self._sum[stem, channel] += self._weighted
        self._weight += self._window
        low = min(max(self._position - start, 0), max(final - start, 0))
        high = max(final - start, low)
        done = self._sum[:, :, low:high] / self._weight[low:high]
        self._position += high - low
        self._advance()
        return done

    def _advance(self) -> None:
        hop, kept = self._grid.hop_samples, self._grid.overlap_samples
        # NumPy copies overlapping slices safely (as if through a temporary).
        self._sum[:, :, :kept] = self._sum[:, :, hop:]
        self._sum[:, :, kept:] = 0
        self._weight[:kept] = self._weight[hop:]
        self._weight[kept:] = 0
        self._next += 1


def _faded(length_samples: int, overlap_samples: int) -> NDArray[np.float32]:
    fade_samples = min(overlap_samples, length_samples // 2)
    window = np.ones(length_samples, np.float32)
    if fade_samples:
        # Half-sample centres: no weight is zero, so the division at a song's end is always defined.
        phase = (np.arange(fade_samples) + 0.5) * (np.pi / 2 / fade_samples)
        rise = np.square(np.sin(phase)).astype(np.float32)
        window[:fade_samples] = rise
        window[length_samples - fade_samples :] = rise[::-1]
    return window


def _triangle(length_samples: int) -> NDArray[np.float32]:
    """Rises by equal steps to the middle and falls again; no weight is zero. The longer half comes last, if any is."""
    ranks = np.minimum(np.arange(1, length_samples + 1), np.arange(length_samples, 0, -1))
    window: NDArray[np.float32] = (ranks / ranks.max()).astype(np.float32)
    return window
