from __future__ import annotations

from collections.abc import Callable

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from numpy.typing import NDArray

from services.separation.audio.chunking import Chunk, Chunker, ChunkGrid
from services.separation.audio.exact_sum import exact_stems
from services.separation.audio.overlap_add import OverlapAdd
from services.separation.audio.properties import AudioProperties, ModelProperties
from services.separation.audio.resampling import Resampling
from services.separation.audio.sample_buffer import SampleBuffer
from tests.unit.separation.audio_fixtures import RATE_HZ, STEMS, joined, leaky, noise, separate

Floats = NDArray[np.float32]
Engine = Callable[[Chunk], Floats]

SEGMENTS = st.integers(1, 3000)
OVERLAPS = st.sampled_from([0.0, 0.1, 0.25, 0.5, 0.6, 0.75, 0.9])
LENGTHS = st.integers(1, 12_000)


def centred(segment: int, overlap: float) -> ModelProperties:
    return ModelProperties(RATE_HZ, segment, max(1, int((1 - overlap) * segment)), STEMS, "centred")


def hearing(chunk: Chunk) -> Floats:
    """Stems that depend on where in its window each sample stands, on the whole window, and not only linearly."""
    ramp = np.linspace(1.0, 0.5, chunk.samples.shape[1], dtype=np.float32)
    energy = np.float32(np.sqrt(np.mean(np.square(chunk.samples, dtype=np.float64))))
    heard = chunk.samples * ramp
    return np.stack([heard, heard[:, ::-1], np.tanh(heard) * energy, energy * ramp * np.ones((2, 1), np.float32)])


def by_the_book(song: Floats, model: ModelProperties, engine: Engine) -> Floats:
    """The whole song at once: pieces every hop, each in the middle of a segment, joined with triangular weights."""
    segment, length = model.segment_samples, song.shape[1]
    peak = (segment + 1) // 2
    triangle = np.array([min(place + 1, segment - place) for place in range(segment)], np.float64) / peak
    total = np.zeros((len(STEMS), 2, length))
    weight = np.zeros(length)
    for index, start in enumerate(range(0, length, model.hop_samples)):
        here = min(segment, length - start)
        left = (segment - here) // 2
        window = np.zeros((2, segment), np.float32)
        for place in range(segment):
            at = start - left + place
            if 0 <= at < length:
                window[:, place] = song[:, at]
        answer = engine(Chunk(index, window))
        total[:, :, start : start + here] += answer[:, :, left : left + here] * triangle[:here]
        weight[start : start + here] += triangle[:here]
    return (total / weight).astype(np.float32)


def streamed(song: NDArray[np.int32], properties: AudioProperties, model: ModelProperties, engine: Engine) -> Floats:
    """The stems before they are made to add up exactly."""
    grid = ChunkGrid.of(properties.rate_hz, model)
    resampling = Resampling(properties, model, grid.edge_samples, grid.usable_samples)
    chunker = Chunker(grid, properties, resampling, 0)
    overlap_add = OverlapAdd(grid, len(model.stems), properties.channels, 0)
    mix = SampleBuffer((properties.channels,), np.int32, 0)
    mix.append(song.T)
    chunks = [*chunker.take_ready(mix), *chunker.finish(mix)]
    parts = []
    for chunk in chunks:
        part = resampling.to_upload(engine(chunk), grid.shift_samples(chunk.index, len(song)))
        parts.append(overlap_add.add(part, len(song) if chunk is chunks[-1] else None))
    return np.concatenate(parts, axis=2)


@given(SEGMENTS, OVERLAPS, LENGTHS)
def test_the_stream_gives_what_the_whole_song_would(segment: int, overlap: float, length: int) -> None:
    """A model placed `centred` hears and says the same in a stream as when the whole song is cut at once."""
    model = centred(segment, overlap)
    length = min(length, 40 * model.hop_samples)
    properties = AudioProperties(RATE_HZ, 2, 24)
    song = noise(properties, length)
    whole = by_the_book((song.T / np.float32(properties.full_scale)).astype(np.float32), model, hearing)
    assert np.abs(streamed(song, properties, model, hearing) - whole).max() < 1e-6


@given(st.integers(200, 3000), OVERLAPS, LENGTHS, st.lists(st.integers(1, 3000), min_size=1, max_size=4))
def test_finished_stems_are_those_of_the_whole_song(
    segment: int, overlap: float, length: int, blocks: list[int]
) -> None:
    """The same through the state machine, in any blocks: the stems differ from the whole song's by rounding alone."""
    model = centred(segment, overlap)
    properties = AudioProperties(RATE_HZ, 2, 24)
    song = noise(properties, length)
    whole = by_the_book((song.T / np.float32(properties.full_scale)).astype(np.float32), model, leaky)
    expected = exact_stems(np.ascontiguousarray(song.T), whole, properties)
    found = joined(separate(song, properties, model, blocks))
    np.testing.assert_array_equal(found.sum(axis=0), song)
    assert np.abs(found - expected).max() <= 8


@pytest.mark.parametrize("placement", ["mirrored", "centred"])
@given(st.integers(1, 3000), OVERLAPS, LENGTHS, st.sampled_from([1, 2]))
def test_an_engine_that_scales_gives_the_scaled_song(
    placement: str, segment: int, overlap: float, length: int, channels: int
) -> None:
    """Chunked equals unchunked for a linear model, in both placements: no seam, no edge, no gap."""
    model = ModelProperties(RATE_HZ, segment, max(1, int((1 - overlap) * segment)), STEMS, placement)
    properties = AudioProperties(RATE_HZ, channels, 24)
    song = noise(properties, min(length, 40 * model.hop_samples))
    gains = np.array([0.6, 0.3, -0.2, 0.3], np.float32)[:, None, None]
    found = streamed(song, properties, model, lambda chunk: gains * chunk.samples)
    assert np.abs(found - gains * (song.T / np.float32(properties.full_scale))).max() < 1e-6


@pytest.mark.parametrize("placement", ["mirrored", "centred"])
@given(st.sampled_from([500, 800, 1200, 1001, 4000]), OVERLAPS, st.integers(4000, 30_000))
def test_the_same_at_any_rate(placement: str, rate_hz: int, overlap: float, length: int) -> None:
    """At another rate than the model's too, a sound within both bands comes back in time and in full."""
    model = ModelProperties(RATE_HZ, 4096, int((1 - overlap) * 4096), STEMS, placement)
    properties = AudioProperties(rate_hz, 1, 24)
    times = np.arange(length) / rate_hz
    # Faded in and out: a step at the song's end is no sound within the band.
    fade = np.minimum(1, np.minimum(np.arange(length), np.arange(length)[::-1]) / 1500) ** 2
    wave = 0.4 * fade * np.sin(2 * np.pi * 0.1 * min(rate_hz, RATE_HZ) * times)
    song = np.rint(wave * properties.full_scale).astype(np.int32)[:, None]
    found = streamed(song, properties, model, lambda chunk: chunk.samples[None] * np.ones((4, 1, 1), np.float32))
    # The fade has corners of its own; a hundredth of a sample of delay would be 2.5e-3.
    assert np.abs(found - wave).max() < 5e-4


@given(st.integers(1, 500), OVERLAPS, st.integers(0, 5000))
def test_the_first_chunk_is_the_first_that_matters(segment: int, overlap: float, position: int) -> None:
    """Resuming at a sample begins with the first chunk that covers it, not one earlier and not one later."""
    for placement in ("mirrored", "centred"):
        model = ModelProperties(RATE_HZ, segment, max(1, int((1 - overlap) * segment)), ("one",), placement)
        grid = ChunkGrid.of(RATE_HZ, model)
        first = grid.first_chunk(position)
        assert grid.usable_start(first) + grid.usable_samples > position
        assert first == 0 or grid.usable_start(first - 1) + grid.usable_samples <= position


@given(st.integers(1, 300), OVERLAPS, st.integers(1, 2000), st.integers(0, 2000))
def test_no_chunk_reads_before_what_it_said(segment: int, overlap: float, total: int, resumed: int) -> None:
    """Wherever the song ends, a chunk's window begins at or after the first sample it said it might need."""
    grid = ChunkGrid.of(RATE_HZ, centred(segment, overlap))
    for index in range(grid.first_chunk(min(resumed, total - 1)), grid.chunk_count(total)):
        assert max(0, grid.window_start(index, total)) >= grid.first_sample_needed(index)


def test_a_short_song_stands_in_the_middle() -> None:
    """A song shorter than a segment has silence on both sides of it, the odd sample of silence after it."""
    properties = AudioProperties(RATE_HZ, 1, 16)
    model = centred(10, 0.25)
    grid = ChunkGrid.of(RATE_HZ, model)
    mix = SampleBuffer((1,), np.int32, 0)
    mix.append(np.array([[1, 2, 3]], np.int32))
    (chunk,) = Chunker(grid, properties, Resampling(properties, model, 0, 10), 0).finish(mix)
    np.testing.assert_array_equal(chunk.samples[0] * 32768, [0, 0, 0, 1, 2, 3, 0, 0, 0, 0])
