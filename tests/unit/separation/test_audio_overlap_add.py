from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from services.separation.audio.chunking import Chunker, ChunkGrid
from services.separation.audio.overlap_add import OverlapAdd
from services.separation.audio.properties import AudioProperties, ModelProperties
from services.separation.audio.resampling import Resampling
from services.separation.audio.sample_buffer import SampleBuffer

RATES_HZ = [4000, 8000, 11_025, 22_050, 32_000, 44_100, 44_101, 48_000, 88_200, 96_000, 192_000, 384_000]
FULL_MODEL = ModelProperties(44_100, 343_980, 257_985, ("one",))


@given(st.integers(1, 200), st.integers(1, 200), st.integers(1, 2000))
def test_weights_sum_to_one_everywhere(first: int, second: int, total: int) -> None:
    """Chunks of ones join to ones over the whole song, for any hop, first and last chunk included."""
    segment, hop = max(first, second), min(first, second)
    grid = ChunkGrid.of(100, ModelProperties(100, segment, hop, ("one",)))
    overlap_add = OverlapAdd(grid, 1, 1, 0)
    count = grid.chunk_count(total)
    ones = np.ones((1, 1, segment), np.float32)
    parts = [overlap_add.add(ones, total if index == count - 1 else None) for index in range(count)]
    whole = np.concatenate(parts, axis=2)
    assert whole.shape == (1, 1, total)
    assert np.abs(whole - 1).max() < 1e-6


@pytest.mark.parametrize("rate_hz", RATES_HZ)
def test_a_chunk_goes_to_the_model_and_back_without_delay(rate_hz: int) -> None:
    """At every rate, sines within the band come back where they were: no offset, not even of a part of a sample."""
    properties = AudioProperties(rate_hz, 2, 24)
    grid = ChunkGrid.of(rate_hz, FULL_MODEL)
    resampling = Resampling(properties, FULL_MODEL, grid.edge_samples, grid.usable_samples)
    seconds = np.arange(grid.window_samples) / rate_hz
    frequency_hz = 0.25 * min(rate_hz, FULL_MODEL.sample_rate_hz)
    left = np.sin(2 * np.pi * frequency_hz * seconds)
    right = np.sin(2 * np.pi * frequency_hz * 0.31 * seconds + 1)
    window = np.stack([left, right]).astype(np.float32) * np.float32(0.5)
    chunk = resampling.to_model(window)
    assert chunk.shape == (2, FULL_MODEL.segment_samples)
    back = resampling.to_upload(chunk[None])
    assert back.shape == (1, 2, grid.usable_samples)
    expected = window[:, grid.edge_samples : grid.edge_samples + grid.usable_samples]
    # A hundredth of a sample of delay at this frequency would be an error of 0.008.
    assert np.abs(back[0] - expected).max() < 3e-5


@pytest.mark.parametrize("rate_hz", RATES_HZ)
def test_the_model_hears_the_song_at_its_own_rate_in_time(rate_hz: int) -> None:
    """Sample j of a chunk is the song at the chunk's start plus j model samples."""
    properties = AudioProperties(rate_hz, 1, 24)
    grid = ChunkGrid.of(rate_hz, FULL_MODEL)
    resampling = Resampling(properties, FULL_MODEL, grid.edge_samples, grid.usable_samples)
    frequency_hz = 0.2 * min(rate_hz, FULL_MODEL.sample_rate_hz)
    window = np.sin(2 * np.pi * frequency_hz * np.arange(grid.window_samples) / rate_hz).astype(np.float32)
    chunk = resampling.to_model(window[None])
    expected = np.sin(2 * np.pi * frequency_hz * np.arange(FULL_MODEL.segment_samples) / FULL_MODEL.sample_rate_hz)
    inner = slice(4000, -4000)
    assert np.abs(chunk[:, inner] - expected[inner]).max() < 3e-5
    np.testing.assert_array_equal(chunk[0], chunk[1])


@pytest.mark.parametrize("rate_hz", RATES_HZ)
def test_the_hop_stays_the_model_s_own_at_every_rate(rate_hz: int) -> None:
    """Resampling costs no extra chunks for a model with a usual overlap."""
    grid = ChunkGrid.of(rate_hz, FULL_MODEL)
    assert grid.hop_samples == FULL_MODEL.hop_samples * rate_hz // 44_100
    assert grid.overlap_samples > 0


def test_a_segment_too_short_to_resample_is_refused() -> None:
    """A model whose segment is shorter than the resampler's reach raises for another rate, and works at its own."""
    short = ModelProperties(44_100, 512, 384, ("one",))
    assert ChunkGrid.of(44_100, short).edge_samples == 0
    with pytest.raises(ValueError, match="too short to resample"):
        ChunkGrid.of(48_000, short)


@pytest.mark.parametrize("total", [1, 2, 7, 64, 100])
def test_windows_beyond_the_song_are_mirrored(total: int) -> None:
    """What lies before the first and after the last sample is the song mirrored, so that edges sound like the song."""
    properties = AudioProperties(100, 1, 16)
    model = ModelProperties(100, 64, 48, ("one",))
    grid = ChunkGrid.of(100, model)
    mix = SampleBuffer((1,), np.int32, 0)
    song = np.arange(1, total + 1, dtype=np.int32)[None]
    mix.append(song)
    chunker = Chunker(grid, properties, Resampling(properties, model, 0, 64), 0)
    chunks = [*chunker.take_ready(mix), *chunker.finish(mix)]
    assert len(chunks) == max(1, -(-total // 48))
    heard = song[:, : 64 - 16]
    mirrored = np.pad(heard, ((0, 0), (16, 64 - 16 - heard.shape[1])), mode="symmetric")
    np.testing.assert_array_equal(chunks[0].samples[0] * 32768, mirrored[0])


@given(st.lists(st.tuples(st.integers(0, 9000), st.integers(0, 12_000)), max_size=20))
def test_a_sample_buffer_is_a_window_on_its_stream(steps: list[tuple[int, int]]) -> None:
    """Whatever is appended and dropped, what is held reads back as it was written."""
    buffer = SampleBuffer((1,), np.int32, 100)
    stream = np.zeros(0, np.int32)
    for appended, dropped in steps:
        fresh = np.arange(len(stream), len(stream) + appended, dtype=np.int32)
        stream = np.concatenate([stream, fresh])
        buffer.append(fresh[None])
        buffer.drop_before(dropped)
        held = buffer.read(buffer.start, buffer.end)[0]
        np.testing.assert_array_equal(held, stream[buffer.start - 100 : buffer.end - 100])
        assert buffer.end == 100 + len(stream)
    with pytest.raises(IndexError):
        buffer.read(buffer.start - 1, buffer.end)
