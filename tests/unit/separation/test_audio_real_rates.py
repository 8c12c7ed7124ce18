"""Songs at the rates that people have, through a model at 44.1 kHz: what a chunk's edges must not do to them."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from numpy.typing import NDArray

from services.separation.audio.chunking import Chunk, ChunkGrid
from services.separation.audio.properties import AudioProperties, ModelProperties
from tests.unit.separation.audio_fixtures import STEMS, joined, noise, separate

RATES_HZ = [8000, 11_025, 16_000, 22_050, 32_000, 44_100, 48_000, 88_200, 96_000, 176_400, 192_000]
MODEL = ModelProperties(44_100, segment_samples=8192, hop_samples=6144, stems=STEMS)
GAINS = np.array([0.5, 0.25, 0.15, 0.1], np.float32)[:, None, None]
FORMATS = st.builds(AudioProperties, st.sampled_from(RATES_HZ), st.sampled_from([1, 2]), st.sampled_from([16, 24]))
PLACEMENTS = st.sampled_from(["mirrored", "centred"])
LENGTHS = st.integers(1, 40_000) | st.sampled_from([1, 2, 4095, 4096, 4097, 32_768])
BLOCKS = st.lists(st.integers(1, 20_000), min_size=1, max_size=4)


def scaled(chunk: Chunk) -> NDArray[np.float32]:
    """A linear model whose stems add up."""
    result: NDArray[np.float32] = GAINS * chunk.samples
    return result


def sides(chunk: Chunk) -> NDArray[np.float32]:
    """A model that hears more in the right channel than in the left."""
    result: NDArray[np.float32] = GAINS * (chunk.samples * np.array([[0.5], [1.5]], np.float32))
    return result


def tones(properties: AudioProperties, length: int) -> NDArray[np.int32]:
    """Sines well within both bands, faded at both ends: a step is no sound that a resampler keeps."""
    at = np.arange(length)[:, None]
    band_hz = min(properties.rate_hz, MODEL.sample_rate_hz)
    fade = np.minimum(1, np.minimum(at, at[::-1]) / 2000) ** 2
    parts = [np.sin(2 * np.pi * share * band_hz / properties.rate_hz * at + share) for share in (0.013, 0.07, 0.19)]
    sides_apart = np.linspace(1.0, 0.6, properties.channels)
    wave = fade * np.sum(parts, axis=0) * (0.2 * sides_apart)
    result: NDArray[np.int32] = np.rint(wave * properties.full_scale).astype(np.int32)
    return result


def whole_at_once(song: NDArray[np.int32], properties: AudioProperties, model: ModelProperties) -> NDArray[np.int32]:
    """The stems of a model that takes the whole song in one chunk."""
    grid = ChunkGrid.of(properties.rate_hz, model)
    wanted = (len(song) + 4 * grid.edge_samples + 8) * 2
    segment = max(model.segment_samples, wanted * model.sample_rate_hz // properties.rate_hz)
    return joined(
        separate(song, properties, replace(model, segment_samples=segment, hop_samples=segment), engine=scaled)
    )


@given(FORMATS, PLACEMENTS, LENGTHS, BLOCKS)
def test_a_song_in_chunks_is_the_song_in_one(
    properties: AudioProperties, placement: str, length: int, blocks: list[int]
) -> None:
    """At every rate, for any length and blocks, chunks leave no seam: the stems are those of one chunk over all."""
    model = replace(MODEL, placement=placement)
    song = tones(properties, length)
    chunked = joined(separate(song, properties, model, blocks, engine=scaled))
    np.testing.assert_array_equal(chunked.sum(axis=0), song)
    assert chunked.shape == (len(STEMS), length, properties.channels)
    apart = np.abs(chunked - whole_at_once(song, properties, model)) / properties.full_scale
    # One step of 16 bits is 3e-5, and each side is rounded.
    assert apart.max() < 2e-4


@pytest.mark.parametrize("rate_hz", RATES_HZ)
@pytest.mark.parametrize("placement", ["mirrored", "centred"])
def test_a_constant_stays_one(rate_hz: int, placement: str) -> None:
    """An offset neither drifts nor steps where chunks meet: away from the song's ends each stem is its share of it."""
    properties = AudioProperties(rate_hz, 2, 24)
    model = replace(MODEL, placement=placement)
    song = np.full((30_000, 2), 1_000_000, np.int32)
    stems = joined(separate(song, properties, model, engine=scaled))
    np.testing.assert_array_equal(stems.sum(axis=0), song)
    # Beyond the ends of a song `centred` lies silence: a step, around which a resampler rings.
    ringing = 2 * ChunkGrid.of(rate_hz, model).edge_samples
    inner = stems[:, ringing : len(song) - ringing]
    assert np.abs(inner / 1_000_000 - GAINS).max() < 2e-4


@given(FORMATS, PLACEMENTS, LENGTHS, BLOCKS)
def test_silence_stays_silent(properties: AudioProperties, placement: str, length: int, blocks: list[int]) -> None:
    """Of digital silence every stem is digital silence."""
    silence = np.zeros((length, properties.channels), np.int32)
    stems = joined(separate(silence, properties, replace(MODEL, placement=placement), blocks, engine=scaled))
    assert stems.shape == (len(STEMS), length, properties.channels)
    assert not stems.any()


@pytest.mark.parametrize("rate_hz", RATES_HZ)
def test_mono_goes_in_and_comes_out(rate_hz: int) -> None:
    """A mono song is heard on both sides by a stereo model, and each stem is the one channel between its two."""
    properties = AudioProperties(rate_hz, 1, 24)
    song = tones(properties, 20_000)
    stems = joined(separate(song, properties, MODEL, engine=sides))
    assert stems.shape == (len(STEMS), len(song), 1)
    np.testing.assert_array_equal(stems.sum(axis=0), song)
    assert np.abs(stems - GAINS * song).max() / properties.full_scale < 2e-4


@given(FORMATS, PLACEMENTS, LENGTHS, st.data())
def test_a_model_gone_mad_cannot_break_the_sum(
    properties: AudioProperties, placement: str, length: int, data: st.DataObject
) -> None:
    """NaN, infinity and absurd values anywhere in its answers are replaced and counted; the stems add up in range."""
    seed = data.draw(st.integers(0, 2**32 - 1))
    generator = np.random.default_rng(seed)

    def mad(chunk: Chunk) -> NDArray[np.float32]:
        answer = scaled(chunk)
        places = generator.integers(0, answer.size, 200)
        answer.reshape(-1)[places] = generator.choice([np.nan, np.inf, -np.inf, 1e30, -1e30], 200)
        return answer

    song = noise(properties, length)
    segments = separate(song, properties, replace(MODEL, placement=placement), engine=mad)
    stems = joined(segments)
    np.testing.assert_array_equal(stems.sum(axis=0), song)
    assert stems.min() >= properties.sample_min
    assert stems.max() <= properties.sample_max
    assert sum(segment.unsound_values for segment in segments) > 0
