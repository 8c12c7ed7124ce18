from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.extra.numpy import arrays

from services.separation.audio.exact_sum import STEM_PEAK_MAX, block_energy, exact_stems, sound_stems
from services.separation.audio.properties import AudioProperties

LENGTH = 37


@given(st.sampled_from([16, 24]), st.integers(1, 2), st.integers(1, 6), st.data())
def test_the_sum_is_exact_and_in_range_for_any_output(
    depth_bits: int, channels: int, count: int, data: st.DataObject
) -> None:
    """Whatever the model returns, the integers add up to the mix and none leaves its range."""
    properties = AudioProperties(44_100, channels, depth_bits)
    edges = st.sampled_from([properties.sample_min, properties.sample_max, 0, 1, -1])
    samples = st.integers(properties.sample_min, properties.sample_max) | edges
    mix = data.draw(arrays(np.int32, (channels, LENGTH), elements=samples))
    values = st.floats(-4, 4, width=32) | st.floats(width=32) | st.sampled_from([0.0, 1.0, -1.0])
    stems, _ = sound_stems(data.draw(arrays(np.float32, (count, channels, LENGTH), elements=values)))
    exact = exact_stems(mix, stems, properties)
    assert exact.shape == (count, LENGTH, channels)
    np.testing.assert_array_equal(exact.sum(axis=0, dtype=np.int64), mix.T)
    assert exact.min() >= properties.sample_min
    assert exact.max() <= properties.sample_max


def test_stems_that_add_up_are_only_rounded() -> None:
    """Without a residual each stem is within one unit of what the model returned."""
    properties = AudioProperties(44_100, 2, 24)
    generator = np.random.default_rng(1)
    mix = generator.integers(-4_000_000, 4_000_000, (2, 10_000), dtype=np.int32)
    gains = generator.dirichlet([1.0] * 4)[:, None, None]
    exact = exact_stems(mix, (gains * mix / properties.full_scale).astype(np.float32), properties)
    assert np.abs(exact.transpose(0, 2, 1) - gains * mix).max() < 1.5


def test_the_residual_follows_energy_and_leaves_silence_alone() -> None:
    """A silent stem stays silent, and a stem with four times the energy takes four times the residual."""
    properties = AudioProperties(44_100, 1, 24)
    tone = np.sin(np.arange(20_000) * 0.05)
    mix = np.rint(tone * 2**22)[None].astype(np.int32)
    stems = np.stack([tone * 0.2, tone * 0.1, tone * 0])[:, None].astype(np.float32)
    exact = exact_stems(mix, stems, properties)[:, :, 0]
    assert not exact[2].any()
    residual = tone * 0.2 * 2**23
    assert np.abs(exact[0] - (stems[0, 0] * 2.0**23 + residual * 0.8)).max() < 2
    assert np.abs(exact[1] - (stems[1, 0] * 2.0**23 + residual * 0.2)).max() < 2


def test_where_every_stem_is_silent_the_mix_is_shared_equally() -> None:
    """A model that returns nothing still yields stems that add up, each a part of the mix."""
    properties = AudioProperties(44_100, 2, 16)
    mix = np.full((2, 5000), 4000, np.int32)
    exact = exact_stems(mix, np.zeros((4, 2, 5000), np.float32), properties)
    assert (exact == 1000).all()


def test_a_full_stem_passes_its_rest_to_the_others_by_their_room() -> None:
    """A stem that would wrap stops at its rail; the others take the rest in proportion to their room."""
    properties = AudioProperties(44_100, 1, 16)
    mix = np.full((1, 1), 32_767, np.int32)
    stems = np.array([1.5, -0.25, -0.25], np.float32)[:, None, None]
    assert exact_stems(mix, stems, properties)[:, 0, 0].tolist() == [32_767, 0, 0]
    uneven = np.array([-2.0, 2.0, 0.5, 0.5], np.float32)[:, None, None]
    exact = exact_stems(mix, uneven, properties)[:, 0, 0]
    assert exact[1] == 32_767
    assert exact.sum() == 32_767


def test_shares_move_smoothly_across_blocks() -> None:
    """No step in the residual's shares at a block's edge."""
    properties = AudioProperties(44_100, 1, 24)
    length = 4 * 4096
    mix = np.full((1, length), 4_000_000, np.int32)
    stems = np.full((2, 1, length), 0.1, np.float32)
    stems[0, 0, : length // 2] = 0.01
    exact = exact_stems(mix, stems, properties)
    spread = exact[0, :, 0] - stems[0, 0] * 2.0**23
    steps = np.abs(np.diff(spread))
    steps[length // 2 - 1] = 0  # the model's own step moves the residual itself
    assert steps.max() < 4_000_000 * 0.01


def test_unsound_values_are_replaced_and_counted() -> None:
    """NaN and infinity become 0, absurd peaks are bounded, sound values are untouched."""
    given_stems = np.array([[[0.5, np.nan, np.inf, -np.inf, 1e9, -1e9, -2.0]]], np.float32)
    stems, changed = sound_stems(given_stems)
    assert stems[0, 0].tolist() == [0.5, 0, 0, 0, STEM_PEAK_MAX, -STEM_PEAK_MAX, -2.0]
    assert changed == 5
    untouched, none = sound_stems(stems)
    assert untouched is stems
    assert none == 0


@pytest.mark.parametrize("blocks", [1, 2, 3])
def test_a_song_in_two_calls_is_the_song_in_one(blocks: int) -> None:
    """Given the neighbouring blocks' energies, where one call ends and the next begins cannot be told."""
    properties = AudioProperties(44_100, 2, 24)
    generator = np.random.default_rng(2)
    mix = generator.integers(-4_000_000, 4_000_000, (2, 4 * 4096 + 99), dtype=np.int32)
    gains = generator.random((3, 1, mix.shape[1])) * np.array([1.0, 0.1, 0.5])[:, None, None]
    stems = (gains * mix / properties.full_scale).astype(np.float32)
    cut = blocks * 4096
    first, second = stems[:, :, :cut], stems[:, :, cut:]
    halves = (
        exact_stems(mix[:, :cut], first, properties, after=block_energy(second[:, :, :4096])),
        exact_stems(mix[:, cut:], second, properties, before=block_energy(first[:, :, -4096:])),
    )
    np.testing.assert_array_equal(np.concatenate(halves, axis=1), exact_stems(mix, stems, properties))
