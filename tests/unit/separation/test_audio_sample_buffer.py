from __future__ import annotations

import numpy as np
from hypothesis import given
from hypothesis import strategies as st

from services.separation.audio.sample_buffer import SampleBuffer


@given(st.lists(st.tuples(st.integers(0, 9000), st.integers(0, 12_000)), max_size=30), st.integers(0, 5000))
def test_samples_stay_where_they_are_in_the_song(steps: list[tuple[int, int]], start: int) -> None:
    """However samples are appended and dropped, each position reads what was appended for it."""
    buffer = SampleBuffer((2,), np.int32, start)
    for append, drop in steps:
        positions = np.arange(buffer.end, buffer.end + append, dtype=np.int32)
        buffer.append(np.stack([positions, -positions]))
        expected = np.arange(buffer.start, buffer.end, dtype=np.int32)
        assert np.array_equal(buffer.read(buffer.start, buffer.end), np.stack([expected, -expected]))
        buffer.drop_before(buffer.start + drop)


@given(st.integers(1, 20_000), st.integers(0, 20_000))
def test_a_window_that_slides_keeps_its_memory(step: int, kept: int) -> None:
    """However long a stream, its buffer holds at most twice what its window and a step once needed."""
    buffer = SampleBuffer((1,), np.float32, 0)
    for _ in range(40):
        buffer.append(np.zeros((1, step), np.float32))
        buffer.drop_before(buffer.end - kept)
        assert buffer.bytes_held <= max(4096, 2 * (kept + 2 * step)) * 4
