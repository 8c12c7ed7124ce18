"""What every bundled model promises, opened by the door that serves it."""

from __future__ import annotations

import json
from functools import cache

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from numpy.typing import NDArray

from inference.door.separator import Separator, open_separator
from tests.paths import REPOSITORY

Floats = NDArray[np.float32]
MODELS = REPOSITORY / "inference" / "models"
NAMES = sorted(path.parent.name for path in MODELS.glob("*/model.json"))
LENGTH = 100_000


@cache
def model(name: str) -> Separator:
    return open_separator(MODELS / name, 2)


def song(length: int = LENGTH) -> Floats:
    """A bass note, a chord to the left, a wavering tone in the middle, clicks, and a little noise."""
    times = np.arange(length) / 44_100
    random = np.random.default_rng(4)
    bass = 0.3 * np.sin(2 * np.pi * 55 * times)
    chord = sum(0.08 * np.sin(2 * np.pi * pitch * times) for pitch in (262, 330, 392))
    voice = 0.2 * np.sin(2 * np.pi * 440 * times + 3 * np.sin(2 * np.pi * 5 * times))
    clicks = (np.arange(length) % 22_050 < 400) * random.standard_normal(length) * 0.3
    noise = random.standard_normal((2, length)) * 0.01
    middle = bass + voice + clicks
    return np.asarray(np.stack((middle + chord, middle + 0.3 * chord)) + noise, np.float32)


def energy(samples: Floats) -> float:
    return float(np.sum(np.square(samples, dtype=np.float64)))


def below_db(error: Floats, signal: Floats) -> float:
    """How far an error lies under a signal."""
    return 10 * float(np.log10(energy(signal) / max(energy(error), 1e-30)))


@pytest.mark.parametrize("name", NAMES)
def test_stems_sum_to_the_mix(name: str) -> None:
    """The stems add up to the mix, at its own length."""
    mix = song()
    stems = model(name).separate(mix)
    assert stems.shape == (len(model(name).card.stems), 2, LENGTH)
    assert below_db(stems.sum(axis=0) - mix, mix) > 100


@pytest.mark.parametrize("name", NAMES)
@pytest.mark.parametrize("gain_db", [-60, -20, 20])
def test_loudness_changes_nothing_but_loudness(name: str, gain_db: int) -> None:
    """The same song 20 dB quieter has the same stems 20 dB quieter."""
    gain = np.float32(10 ** (gain_db / 20))
    plain = model(name).separate(song())
    found = model(name).separate(np.asarray(song() * gain, np.float32))
    for stem, other in zip(plain, found, strict=True):
        assert below_db(np.asarray(other / gain - stem, np.float32), song()) > 60


@pytest.mark.parametrize("name", NAMES)
def test_the_same_mix_gives_the_same_stems(name: str) -> None:
    """A chunk gives the same bits each time: a resumed song goes on as it began."""
    assert np.array_equal(model(name).separate(song()), model(name).separate(song()))


@pytest.mark.parametrize("name", NAMES)
def test_a_silent_channel_stays_silent(name: str) -> None:
    """A song on the left alone is heard on the left alone in each stem."""
    mix = song()
    mix[1] = 0
    stems = model(name).separate(mix)
    assert energy(stems[:, 1]) < 1e-6 * energy(mix)


@pytest.mark.parametrize("name", NAMES)
def test_silence_and_nonsense_are_safe(name: str) -> None:
    """Silence gives silence; samples that are no numbers count as zero; a constant offset stays finite and sums."""
    assert not model(name).separate(np.zeros((2, 4096), np.float32)).any()
    broken, mended = song(), song()
    broken[:, 5000:5003] = [[np.nan, np.inf, -np.inf]] * 2
    mended[:, 5000:5003] = 0
    assert np.array_equal(model(name).separate(broken), model(name).separate(mended))
    offset = np.asarray(song() + np.float32(0.25), np.float32)
    stems = model(name).separate(offset)
    assert np.isfinite(stems).all()
    assert below_db(stems.sum(axis=0) - offset, offset) > 100


@pytest.mark.property
@pytest.mark.parametrize("name", NAMES)
# A network's pass takes a second: a quarter of the profile's examples.
@settings(max_examples=settings().max_examples // 4)
@given(length=st.integers(1, 60_000), left=st.floats(0, 1), right=st.floats(0, 1))
def test_any_length_and_balance_sums(name: str, length: int, left: float, right: float) -> None:
    """Whatever the length and the balance, the stems are finite and sum to the mix."""
    mix = np.asarray(song(length) * np.array([[left], [right]]), np.float32)
    stems = model(name).separate(mix)
    assert np.isfinite(stems).all()
    assert np.allclose(stems.sum(axis=0), mix, atol=1e-5)


@pytest.mark.parametrize("name", NAMES)
def test_the_card_is_whole(name: str) -> None:
    """Every bundled model has a licence, names whose work is in it, and has a card for people."""
    found = json.loads((MODELS / name / "model.json").read_text())
    assert found["licence"] == "Apache-2.0"
    assert found["rights"]
    assert "## Scores" in (MODELS / name / "card.md").read_text()
