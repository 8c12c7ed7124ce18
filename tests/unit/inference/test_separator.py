"""What the baseline separator promises of every input, whatever it sounds like."""

from __future__ import annotations

from types import ModuleType
from typing import TYPE_CHECKING

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

if TYPE_CHECKING:
    from numpy.typing import NDArray

RATE = 44100


def a_song(seconds: float = 1.0, seed: int = 0) -> NDArray[np.float32]:
    """A bass note, a chord at the left, a centred voice-like tone and clicks, with a little noise."""
    rng = np.random.default_rng(seed)
    time = np.arange(int(seconds * RATE)) / RATE
    bass = 0.3 * np.sin(2 * np.pi * 55 * time)
    voice = 0.2 * np.sin(2 * np.pi * 440 * time + 3 * np.sin(2 * np.pi * 5 * time))
    chord = 0.1 * (np.sin(2 * np.pi * 523 * time) + np.sin(2 * np.pi * 659 * time))
    clicks = np.zeros_like(time)
    clicks[:: RATE // 4] = 0.8
    mix = np.stack([bass + voice + chord + clicks, bass + voice + clicks]) + 0.001 * rng.standard_normal((2, time.size))
    return mix.astype(np.float32)


def energy(samples: NDArray[np.float32]) -> float:
    """Sum of squares."""
    return float(np.sum(samples.astype(np.float64) ** 2))


def test_stems_sum_to_the_mix(separator: ModuleType) -> None:
    """The stems of a song add up to it, at its own length and offset."""
    mix = a_song()
    stems = separator.separate(mix)
    assert stems.shape == (4, *mix.shape)
    assert stems.dtype == np.float32
    np.testing.assert_allclose(stems.sum(axis=0), mix, atol=1e-6)


@settings(max_examples=25, deadline=None)
@given(
    length=st.integers(0, 9000),
    seed=st.integers(0, 2**16),
    left=st.floats(-2, 2, width=32),
    right=st.floats(-2, 2, width=32),
    offset=st.floats(-1, 1, width=32),
)
def test_any_length_balance_and_offset_sums_to_the_mix(
    separator: ModuleType, length: int, seed: int, left: float, right: float, offset: float
) -> None:
    """Whatever the length, the balance of the channels or an offset, the stems are finite and sum to the mix."""
    noise = np.random.default_rng(seed).standard_normal(length)
    mix = (np.stack([left * noise, right * noise]) + offset).astype(np.float32)
    stems = separator.separate(mix)
    assert np.isfinite(stems).all()
    np.testing.assert_allclose(stems.sum(axis=0), mix, atol=2e-6 * max(1.0, float(np.abs(mix).max(initial=0))))


def test_silence_gives_silence(separator: ModuleType) -> None:
    """Silence gives four silent stems, and no warning on the way."""
    assert not separator.separate(np.zeros((2, 5000), np.float32)).any()


def test_samples_that_are_not_numbers_count_as_zero(separator: ModuleType) -> None:
    """NaN and infinity in the mix leave no trace but a zero."""
    mix = a_song(0.5)
    clean = mix.copy()
    for index, value in ((100, np.nan), (2000, np.inf), (9000, -np.inf)):
        mix[0, index] = value
        clean[0, index] = 0.0
    np.testing.assert_array_equal(separator.separate(mix), separator.separate(clean))


@pytest.mark.parametrize("value", [3e38, -3e38, 1e-38, 1e-45])
def test_extreme_levels_stay_finite(separator: ModuleType, value: float) -> None:
    """The loudest and the quietest floats give finite stems."""
    mix = np.full((2, 6000), value, np.float32)
    mix[:, ::2] = 0.0
    assert np.isfinite(separator.separate(mix)).all()


@settings(max_examples=15, deadline=None)
@given(exponent=st.integers(-60, 30))
def test_loudness_changes_nothing_but_loudness(separator: ModuleType, exponent: int) -> None:
    """A mix made louder by a power of two gives the same stems, louder, bit for bit."""
    mix = a_song(0.2)
    gain = np.float32(2.0**exponent)
    np.testing.assert_array_equal(separator.separate(mix * gain), separator.separate(mix) * gain)


def test_an_arbitrary_gain_scales_the_stems(separator: ModuleType) -> None:
    """A gain that is no power of two scales the stems within float error."""
    mix = a_song(0.5)
    np.testing.assert_allclose(
        separator.separate(mix * np.float32(0.3)), separator.separate(mix) * np.float32(0.3), atol=1e-6
    )


def test_a_silent_channel_stays_silent(separator: ModuleType) -> None:
    """A song on the left alone is separated there, and nothing is heard on the right."""
    mix = a_song()
    mix[1] = 0.0
    stems = separator.separate(mix)
    np.testing.assert_allclose(stems[:, 1], 0.0, atol=1e-6)
    assert energy(stems[0, 0]) > 0.01 * energy(mix[0])


def test_mono_gives_equal_channels(separator: ModuleType) -> None:
    """Equal channels in give equal channels out."""
    mix = a_song()
    mix[1] = mix[0]
    stems = separator.separate(mix)
    np.testing.assert_array_equal(stems[:, 0], stems[:, 1])


def test_a_channel_wired_backwards_separates_alike(separator: ModuleType) -> None:
    """Turning one channel's polarity turns that channel of each stem, and changes nothing else."""
    mix = a_song()
    turn = np.array([[1.0], [-1.0]], np.float32)
    np.testing.assert_allclose(separator.separate(mix * turn), separator.separate(mix) * turn, atol=1e-6)


def test_the_same_mix_gives_the_same_stems(separator: ModuleType) -> None:
    """Separation is deterministic to the bit: a resumed job continues what its predecessor wrote."""
    mix = a_song()
    np.testing.assert_array_equal(separator.separate(mix), separator.separate(mix.copy()))


def test_the_mix_is_left_as_it_was(separator: ModuleType) -> None:
    """The caller's array is not written to."""
    mix = a_song(0.2)
    before = mix.copy()
    separator.separate(mix)
    np.testing.assert_array_equal(mix, before)


def test_each_instrument_lands_mostly_in_its_stem(separator: ModuleType) -> None:
    """A low steady tone is bass, clicks are drums, and a tone at one side only is other."""
    time = np.arange(3 * RATE) / RATE
    low = np.tile(0.3 * np.sin(2 * np.pi * 55 * time), (2, 1)).astype(np.float32)
    clicks = np.zeros((2, time.size), np.float32)
    clicks[:, RATE // 3 :: RATE // 3] = 0.8
    sides = np.stack([0.3 * np.sin(2 * np.pi * 523 * time), 0.3 * np.sin(2 * np.pi * 659 * time)]).astype(np.float32)
    for part, name in ((low, "bass"), (clicks, "drums"), (sides, "other")):
        stems = separator.separate(part)
        loudest = max(range(4), key=lambda index: energy(stems[index]))
        assert separator.STEMS[loudest] == name


@pytest.mark.parametrize("shape", [(2,), (1, 100), (3, 100), (100, 2), (1, 2, 100)])
def test_another_shape_is_refused(separator: ModuleType, shape: tuple[int, ...]) -> None:
    """Anything but [2, N] is refused by name."""
    with pytest.raises(ValueError, match=r"shape \[2, N\]"):
        separator.separate(np.zeros(shape, np.float32))


@pytest.mark.parametrize("taps", [3, 5, 9, 17])
@pytest.mark.parametrize("axis", [0, 1])
def test_the_sorting_network_finds_the_median(separator: ModuleType, taps: int, axis: int) -> None:
    """The pruned sorting network gives the median that numpy gives."""
    cells = np.random.default_rng(taps).standard_normal((40, 30)).astype(np.float32)
    pad = [(0, 0), (0, 0)]
    pad[axis] = (taps // 2, taps // 2)
    windows = np.lib.stride_tricks.sliding_window_view(np.pad(cells, pad, mode="edge"), taps, axis=axis)
    np.testing.assert_array_equal(separator._median(cells, taps, 1, axis), np.median(windows, axis=-1))
