from __future__ import annotations

from dataclasses import replace
from random import Random

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from services.separation.audio.chunking import Chunk, ChunkGrid
from services.separation.audio.exact_sum import exact_stems
from services.separation.audio.overlap_add import OverlapAdd
from services.separation.audio.pipeline import Separation
from services.separation.audio.properties import AudioProperties, ModelProperties
from services.separation.audio.segments import Segment, segment_count, segment_samples
from tests.unit.separation.audio_fixtures import (
    LONG_MODEL,
    MODEL,
    RATE_HZ,
    STEMS,
    identity,
    joined,
    leaky,
    noise,
    separate,
)

FORMATS = st.builds(
    AudioProperties, st.sampled_from([RATE_HZ, 1200, 800, 1001]), st.sampled_from([1, 2]), st.sampled_from([16, 24])
)
LENGTHS = st.integers(1, 30_000) | st.sampled_from([1, 2, 1535, 1536, 1537, 4095, 4096, 4097, 8192, 12_288])
# Where chunks lie, and samples from one to the next: from none shared to every sample in four chunks.
GRIDS = st.tuples(st.sampled_from(["mirrored", "centred"]), st.sampled_from([2048, 1536, 1024, 900, 512]))


def model_for(properties: AudioProperties, grid: tuple[str, int] = ("mirrored", 1536)) -> ModelProperties:
    placement, hop = grid
    if properties.rate_hz == RATE_HZ:
        return replace(MODEL, hop_samples=hop, placement=placement)
    # Long enough to give up its edges to the resampler.
    return replace(LONG_MODEL, hop_samples=2 * hop, placement=placement)


def assert_same(left: list[Segment], right: list[Segment]) -> None:
    assert [(segment.index, segment.start) for segment in left] == [(segment.index, segment.start) for segment in right]
    for one, other in zip(left, right, strict=True):
        np.testing.assert_array_equal(one.stems, other.stems)


@given(FORMATS, GRIDS, LENGTHS, st.lists(st.integers(1, 9000), min_size=1, max_size=5))
def test_any_split_into_blocks_gives_the_same_exact_stems(
    properties: AudioProperties, grid: tuple[str, int], length: int, blocks: list[int]
) -> None:
    """However the mix arrives, the stems are the same, add up to it exactly, and have its length."""
    song = noise(properties, length)
    model = model_for(properties, grid)
    segments = separate(song, properties, model, blocks)
    assert_same(segments, separate(song, properties, model))
    assert [segment.index for segment in segments] == list(range(segment_count(length, properties.rate_hz)))
    stems = joined(segments)
    assert stems.shape == (len(STEMS), length, properties.channels)
    np.testing.assert_array_equal(stems.sum(axis=0), song)
    assert stems.min() >= properties.sample_min
    assert stems.max() <= properties.sample_max


@given(FORMATS, GRIDS, LENGTHS, st.data())
def test_any_resume_point_continues_bit_for_bit(
    properties: AudioProperties, grid: tuple[str, int], length: int, data: st.DataObject
) -> None:
    """A run that begins after any committed segment gives the very segments the first run would have given."""
    song = noise(properties, length)
    model = model_for(properties, grid)
    whole = separate(song, properties, model)
    resumed_at = data.draw(st.integers(0, len(whole)))
    blocks = data.draw(st.lists(st.integers(1, 9000), min_size=1, max_size=3))
    assert_same(separate(song, properties, model, blocks, resumed_at), whole[resumed_at:])


@given(FORMATS, GRIDS, LENGTHS, st.integers(1, 5), st.randoms(use_true_random=False))
def test_any_order_of_answers_gives_the_same_stems_in_bounded_memory(
    properties: AudioProperties, grid: tuple[str, int], length: int, in_flight_max: int, chance: Random
) -> None:
    """With up to K chunks in flight answered in any order, nothing changes and memory stays under the stated bound."""
    song = noise(properties, length)
    model = model_for(properties, grid)
    block = 300
    pick = chance.randrange
    separation = Separation(properties, model)
    segments: list[Segment] = []
    flying: list[Chunk] = []
    position = 0
    while True:
        while flying and (separation.chunks_open >= in_flight_max or position >= len(song) or pick(2)):
            chunk = flying.pop(pick(len(flying)))
            segments += separation.accept(chunk.index, leaky(chunk))
        if position >= len(song):
            break
        flying += separation.feed(song[position : position + block])
        position += block
        assert separation.chunks_open <= in_flight_max
        assert separation.bytes_held <= separation.bytes_held_max(in_flight_max, block)
    flying += separation.finish()
    while flying:
        chunk = flying.pop(pick(len(flying)))
        segments += separation.accept(chunk.index, leaky(chunk))
    assert separation.complete
    assert separation.chunks_open == 0
    assert_same(segments, separate(song, properties, model))


def test_segments_are_cuts_of_one_continuous_sum() -> None:
    """Nothing is heard where segments meet: they are the cuts of the song spread exactly as a whole."""
    properties = AudioProperties(RATE_HZ, 2, 24)
    song = noise(properties, 20_011)
    separation = Separation(properties, MODEL)
    overlap_add = OverlapAdd(ChunkGrid.of(RATE_HZ, MODEL), len(STEMS), 2, 0)
    segments: list[Segment] = []
    parts = []
    chunks = [*separation.feed(song), *separation.finish()]
    for chunk in chunks:
        segments += separation.accept(chunk.index, leaky(chunk))
        parts.append(overlap_add.add(leaky(chunk), len(song) if chunk is chunks[-1] else None))
    whole = exact_stems(np.ascontiguousarray(song.T), np.concatenate(parts, axis=2), properties)
    np.testing.assert_array_equal(joined(segments), whole)


@pytest.mark.parametrize("rate_hz", [RATE_HZ, 1200, 800])
@pytest.mark.parametrize("depth_bits", [16, 24])
@pytest.mark.parametrize("channels", [1, 2])
@pytest.mark.parametrize("placement", ["mirrored", "centred"])
def test_an_engine_that_returns_the_mix_returns_it_exactly(
    rate_hz: int, depth_bits: int, channels: int, placement: str
) -> None:
    """With everything in one stem, that stem is the upload bit for bit, resampled or not, and the others are silent."""
    properties = AudioProperties(rate_hz, channels, depth_bits)
    song = noise(properties, 20_011)
    model = model_for(properties, (placement, 1536))
    stems = joined(separate(song, properties, model, engine=identity))
    np.testing.assert_array_equal(stems[0], song)
    assert not stems[1:].any()


@pytest.mark.parametrize("rate_hz", [RATE_HZ, 1200])
def test_a_quieter_song_gives_the_same_stems_quieter(rate_hz: int) -> None:
    """A tenth of the loudness gives a tenth of each stem, to within rounding."""
    properties = AudioProperties(rate_hz, 2, 24)
    quiet = noise(properties, 20_000, level=0.03)
    model = model_for(properties)
    loud = joined(separate(quiet * 10, properties, model))
    difference = joined(separate(quiet, properties, model)) * 10 - loud
    assert np.abs(difference).max() <= 25


@pytest.mark.parametrize("placement", ["mirrored", "centred"])
def test_memory_does_not_grow_with_the_song(placement: str) -> None:
    """A song six times as long needs no more memory."""
    properties = AudioProperties(RATE_HZ, 2, 16)
    model = replace(MODEL, placement=placement)
    bound = Separation(properties, model).bytes_held_max(1, 1000)
    held = {}
    for seconds in (200, 1200):
        separation = Separation(properties, model)
        block = noise(properties, 1000)
        held[seconds] = 0
        for _ in range(seconds):
            for chunk in separation.feed(block):
                separation.accept(chunk.index, leaky(chunk))
            held[seconds] = max(held[seconds], separation.bytes_held)
    assert held[1200] == held[200] <= bound


def test_a_faulty_model_still_gives_exact_stems() -> None:
    """NaN, infinity and absurd loudness are replaced and counted; the stems still add up within range."""
    properties = AudioProperties(RATE_HZ, 2, 24)
    song = noise(properties, 6000)
    separation = Separation(properties, MODEL)
    segments: list[Segment] = []
    for chunk in [*separation.feed(song), *separation.finish()]:
        answer = leaky(chunk)
        answer[0, :, 900:910] = np.nan
        answer[1, 0, 950] = np.inf
        answer[2, 1, 960] = -1e30
        segments += separation.accept(chunk.index, answer)
    stems = joined(segments)
    np.testing.assert_array_equal(stems.sum(axis=0), song)
    assert stems.max() <= properties.sample_max
    assert stems.min() >= properties.sample_min
    assert sum(segment.unsound_values for segment in segments) == 22 * (separation.chunks_total or 0)


def test_an_empty_song_has_no_segments() -> None:
    """Nothing fed is nothing to infer, and complete."""
    separation = Separation(AudioProperties(RATE_HZ, 1, 16), MODEL)
    assert separation.finish() == []
    assert separation.complete


def test_what_does_not_fit_is_refused() -> None:
    """A block or an answer of the wrong kind raises, and changes nothing."""
    properties = AudioProperties(RATE_HZ, 2, 16)
    separation = Separation(properties, MODEL)
    with pytest.raises(ValueError, match="int32"):
        separation.feed(np.zeros((5, 1), np.int32))
    with pytest.raises(ValueError, match="outside 16 bits"):
        separation.feed(np.full((5, 2), 40_000, np.int32))
    (chunk, *_) = separation.feed(noise(properties, 5000))
    with pytest.raises(ValueError, match="an answer is"):
        separation.accept(chunk.index, np.zeros((3, 2, 2048), np.float32))
    with pytest.raises(ValueError, match="not in flight"):
        separation.accept(99, leaky(chunk))
    separation.accept(chunk.index, leaky(chunk))
    with pytest.raises(ValueError, match="not in flight"):
        separation.accept(chunk.index, leaky(chunk))
    separation.finish()
    with pytest.raises(ValueError, match="finished"):
        separation.feed(noise(properties, 5))


def test_segments_are_whole_flac_blocks_near_five_seconds() -> None:
    """The segment length rule, at the usual rates and at the extremes."""
    lengths = {rate: segment_samples(rate) for rate in (4000, 8000, 44_100, 48_000, 96_000, 384_000)}
    assert lengths == {
        4000: 20_480,
        8000: 40_960,
        44_100: 221_184,
        48_000: 241_664,
        96_000: 479_232,
        384_000: 1_921_024,
    }
