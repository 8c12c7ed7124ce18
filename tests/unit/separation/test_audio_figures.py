"""The figures of segments: measured, and summed into those of the song."""

from __future__ import annotations

import dataclasses

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from numpy.typing import NDArray

from services.separation.audio.chunking import Chunk
from services.separation.audio.figures import SegmentFigures, heard_pitches, measured
from services.separation.audio.properties import AudioProperties
from services.separation.audio.segments import Segment
from tests.unit.separation.audio_fixtures import LONG_MODEL, MODEL, RATE_HZ, STEMS, identity, leaky, noise, separate

PROPERTIES = AudioProperties(RATE_HZ, 2, 16)


def faulty(chunk: Chunk) -> NDArray[np.float32]:
    """Leaky, with as many values that are not numbers as the chunk's index says."""
    answer = leaky(chunk)
    answer[0, 0, 900 : 900 + chunk.index] = np.nan
    return answer


def figures_of(segment: Segment) -> SegmentFigures:
    return measured(segment, PROPERTIES, heard_pitches(segment, STEMS, PROPERTIES))


def a_segment() -> Segment:
    stems = np.stack([noise(PROPERTIES, 5000, seed, level=0.2) for seed in range(4)])
    return Segment(0, 0, stems, stems.sum(axis=0, dtype=np.int32), residual_energy=2.0, unsound_values=3)


def test_stems_that_add_up_are_told_from_those_that_do_not() -> None:
    """The comparison counts each sample of each channel that differs, and the largest difference."""
    segment = a_segment()
    told = figures_of(segment)
    assert (told.differing_samples, told.difference_max) == (0, 0)
    assert (told.residual_energy, told.unsound_values) == (2.0, 3)
    segment.stems[1, 17, 0] += 5
    segment.stems[2, 4000:4003, 1] -= 1
    told = figures_of(segment)
    assert (told.differing_samples, told.difference_max) == (4, 5)


def test_samples_at_full_scale_are_counted() -> None:
    """Both rails count, of the mix and of each stem apart."""
    segment = a_segment()
    quiet = figures_of(segment)
    assert (quiet.mix_clipped_samples, quiet.stems_clipped_samples) == (0, (0, 0, 0, 0))
    segment.mix[10:13, 0] = PROPERTIES.sample_max
    segment.mix[20, 1] = PROPERTIES.sample_min
    segment.stems[3, 7, 1] = PROPERTIES.sample_min
    told = figures_of(segment)
    assert (told.mix_clipped_samples, told.stems_clipped_samples) == (4, (0, 0, 0, 1))


def test_a_perfect_model_leaves_nothing_to_spread() -> None:
    """The residual is the model's own: that of one whose stems add up is none, whatever the stems are rounded to."""
    song = noise(PROPERTIES, 9000)
    for segment in separate(song, PROPERTIES, MODEL, engine=identity):
        told = figures_of(segment)
        assert told.residual_energy <= 1e-9 * told.mix_energy
    lossy = [figures_of(segment) for segment in separate(song, PROPERTIES, MODEL)]
    share = sum(told.residual_energy for told in lossy) / sum(told.mix_energy for told in lossy)
    # `leaky` gives 0.7 of the mix at a chunk's start, and 0.56 at its end.
    assert 0.3**2 < share < 0.44**2


@pytest.mark.property
@given(
    length=st.integers(1, 30_000),
    model=st.sampled_from([MODEL, LONG_MODEL, dataclasses.replace(MODEL, placement="centred")]),
    blocks=st.lists(st.integers(1, 9000), min_size=1, max_size=3),
    attempts=st.lists(st.integers(0, 8), max_size=3),
)
@settings(deadline=None, max_examples=30)
def test_attempts_add_up_to_the_whole(length: int, model: object, blocks: list[int], attempts: list[int]) -> None:
    """Whichever attempts made which segments, and in whatever blocks, each segment's figures are those of one run."""
    assert isinstance(model, type(MODEL))
    song = noise(PROPERTIES, length, seed=length)
    whole = [figures_of(segment) for segment in separate(song, PROPERTIES, model, engine=faulty)]
    for first in {min(attempt, len(whole) - 1) for attempt in attempts}:
        resumed = separate(song, PROPERTIES, model, blocks, first_segment=first, engine=faulty)
        assert [figures_of(segment) for segment in resumed] == whole[first:]
