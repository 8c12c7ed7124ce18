"""Canonical samples: quantising, depths, the downmix, trimming and blocks."""

from __future__ import annotations

from itertools import pairwise

import av
import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from services.separation.decoder.canonical import DEFAULT_PLACES, downmix_matrix, quantise, to_canonical
from services.separation.decoder.pcm import PADDING_SAMPLES_MAX, in_blocks, without_padding


@given(st.lists(st.floats(width=32), min_size=1, max_size=64), st.sampled_from([16, 24]))
def test_every_float_becomes_an_integer_of_the_depth(values: list[float], depth: int) -> None:
    """Rounded to nearest, clipped to the range, NaN to zero; what was changed is counted."""
    samples = np.array(values, dtype=np.float32).reshape(-1, 1)
    limit = 1 << (depth - 1)
    canonical = quantise(samples, depth)
    exact = np.rint(np.nan_to_num(samples.astype(np.float64), nan=0.0, posinf=1e39, neginf=-1e39) * limit)
    assert np.array_equal(canonical.samples, np.clip(exact, -limit, limit - 1).astype(np.int32))
    finite = np.isfinite(samples)
    assert canonical.nonfinite == np.count_nonzero(~finite)
    assert canonical.clipped == np.count_nonzero(((exact > limit - 1) | (exact < -limit)) & finite)


def test_integers_pass_unchanged_at_their_depth() -> None:
    """16-bit samples stay as they are, 8-bit ones are scaled up, 32-bit ones lose their lowest byte."""
    sixteen = np.array([[-32768], [32767]], dtype=np.int16)
    assert np.array_equal(to_canonical(sixteen, 16, None).samples, sixteen)
    assert to_canonical(np.array([[0], [128], [255]], dtype=np.uint8), 16, None).samples.ravel().tolist() == [
        -32768,
        0,
        127 << 8,
    ]
    deep = np.array([[(8388607 << 8) | 255], [-8388608 << 8]], dtype=np.int32)
    assert to_canonical(deep, 24, None).samples.ravel().tolist() == [8388607, -8388608]


@pytest.mark.parametrize("layout", ["2.1", "quad", "5.0", "5.1", "5.1(side)", "6.1", "7.1", "hexagonal"])
def test_the_downmix_is_ffmpegs(layout: str) -> None:
    """An impulse in each place comes out where FFmpeg's own normalised matrix puts it, within its rounding."""
    places = tuple(channel.name for channel in av.AudioLayout(layout).channels)
    matrix = downmix_matrix(places)
    assert matrix is not None
    resampler = av.AudioResampler(format="s32", layout="stereo", rate=48000)
    frame = av.AudioFrame.from_ndarray(
        (np.eye(len(places)) * (1 << 30)).astype(np.int32).reshape(1, -1), format="s32", layout=layout
    )
    frame.sample_rate = 48000
    theirs = np.concatenate([out.to_ndarray().reshape(-1, 2) for out in resampler.resample(frame)]) / (1 << 30)
    assert np.allclose(matrix, theirs, atol=1e-4)


def test_unnamed_places_get_the_default_layout_and_unknown_ones_none() -> None:
    """Channels without places are taken as FFmpeg takes them; places without a known mix are refused."""
    for count, places in DEFAULT_PLACES.items():
        unnamed, named = downmix_matrix(("NONE",) * count), downmix_matrix(places)
        assert unnamed is not None
        assert named is not None
        assert np.array_equal(unnamed, named)
    assert downmix_matrix(("FL", "FR", "TOP")) is None


@given(st.lists(st.integers(1, 50), max_size=20), st.integers(1, 40))
def test_blocks_are_the_same_samples(sizes: list[int], block_frames: int) -> None:
    """Re-cutting loses, adds and reorders nothing, and every block but the last is whole."""
    total = sum(sizes)
    everything = np.arange(total * 2, dtype=np.int32).reshape(-1, 2)
    edges = np.cumsum([0, *sizes])
    blocks = list(in_blocks((everything[a:b] for a, b in pairwise(edges)), block_frames))
    assert all(len(block) == block_frames for block in blocks[:-1])
    assert np.array_equal(np.concatenate(blocks) if blocks else everything, everything)


@given(st.lists(st.integers(1, 3000), max_size=12), st.integers(0, 20_000))
def test_padding_is_cut_and_sound_is_not(sizes: list[int], declared: int) -> None:
    """A surplus an encoder's padding can explain goes; a longer one stays whole."""
    total = sum(sizes)
    everything = np.arange(total, dtype=np.int32).reshape(-1, 1)
    edges = np.cumsum([0, *sizes])
    kept = list(without_padding((everything[a:b] for a, b in pairwise(edges)), declared))
    length = total if total - declared > PADDING_SAMPLES_MAX else min(total, declared)
    assert np.array_equal(np.concatenate(kept) if kept else everything[:0], everything[:length])
