"""A sliding window over a stream of planar samples, addressed by position in the song."""

from __future__ import annotations

from typing import Generic, TypeVar

import numpy as np
from numpy.typing import NDArray

Sample = TypeVar("Sample", np.int32, np.float32)

_CAPACITY_MIN_SAMPLES = 4096
# Pieces in which samples are moved within their buffer; where it would take more, the buffer grows.
_MOVES_MAX = 4


class SampleBuffer(Generic[Sample]):
    """Holds samples [start, end) of a stream as `[*rows, n]`; the oldest are dropped from the front.

    Capacity grows by half when outgrown, so an append costs O(n) on average, and memory stays under twice the widest
    window and the longest append.
    """

    def __init__(self, rows: tuple[int, ...], dtype: type[Sample], start: int) -> None:
        self._store: NDArray[Sample] = np.zeros((*rows, _CAPACITY_MIN_SAMPLES), dtype)
        self._offset = 0
        self._length = 0
        self._start = start

    @property
    def start(self) -> int:
        """Position of the first sample held."""
        return self._start

    @property
    def end(self) -> int:
        """Position after the last sample held."""
        return self._start + self._length

    @property
    def bytes_held(self) -> int:
        """Bytes allocated."""
        return self._store.nbytes

    def append(self, samples: NDArray[Sample]) -> None:
        """Add `[*rows, n]` at the end."""
        count = samples.shape[-1]
        self._make_room(count)
        tail = self._offset + self._length
        self._store[..., tail : tail + count] = samples
        self._length += count

    def read(self, start: int, stop: int) -> NDArray[Sample]:
        """A view of samples [start, stop), valid until the next append. Raises IndexError outside what is held."""
        if not self._start <= start <= stop <= self.end:
            raise IndexError(f"samples {start}..{stop} asked, {self._start}..{self.end} held")
        at = self._offset - self._start
        return self._store[..., at + start : at + stop]

    def drop_before(self, position: int) -> None:
        """Forget samples before `position`; positions not held yet are left to come."""
        count = min(max(position - self._start, 0), self._length)
        self._offset += count
        self._length -= count
        self._start += count

    def _make_room(self, count: int) -> None:
        needed = self._length + count
        if self._offset + needed <= self._store.shape[-1]:
            return
        if needed <= self._store.shape[-1] and self._offset * _MOVES_MAX >= self._length:
            self._move_to_front()
            return
        # Half as much again: a window that grows is moved a few times, and one that only slides moves in its place.
        capacity = max(self._store.shape[-1], needed + needed // 2)
        moved: NDArray[Sample] = np.zeros((*self._store.shape[:-1], capacity), self._store.dtype)
        moved[..., : self._length] = self._store[..., self._offset : self._offset + self._length]
        self._store, self._offset = moved, 0

    def _move_to_front(self) -> None:
        # Piece by piece, none of which reaches its own place: NumPy would copy what overlaps through memory of its own.
        step = self._offset
        for at in range(0, self._length, step):
            stop = min(at + step, self._length)
            self._store[..., at:stop] = self._store[..., step + at : step + stop]
        self._offset = 0
