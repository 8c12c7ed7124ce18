"""The scores that model cards state."""

from __future__ import annotations

import numpy as np
import pytest
from numpy.typing import NDArray

from inference.evaluation.scores import score
from inference.evaluation.songs import STEMS, Song
from inference.evaluation.table import Row, table

Floats = NDArray[np.float32]


def noise(seed: int, gain: float = 1.0) -> Floats:
    return np.asarray(gain * np.random.default_rng(seed).standard_normal((2, 4410)), np.float32)


@pytest.mark.parametrize(("gain", "usdr_db"), [(0.1, 20.0), (1.0, 0.0), (10.0, -20.0)])
def test_error_as_loud_as_a_tenth(gain: float, usdr_db: float) -> None:
    """An error 20 dB below the truth scores 20 dB, one as loud 0 dB, one above it less."""
    truth, error = noise(1), noise(1, gain)
    found = score(truth, truth + error, truth)
    assert found.usdr_db == pytest.approx(usdr_db, abs=0.01)


def test_handing_back_the_mix_gains_nothing() -> None:
    """The mix itself has a gain of 0 dB, and half of it, of two equally loud stems, one of 3 dB."""
    truth, rest = noise(1), noise(2)
    mix = truth + rest
    assert score(truth, mix, mix).gain_db == 0
    assert score(truth, np.asarray(mix / 2, np.float32), mix).gain_db == pytest.approx(3.0, abs=0.2)


def test_silent_truth_has_a_leak() -> None:
    """A stem that should be silent is judged by what it leaks, against the mix."""
    mix = noise(1)
    found = score(np.zeros_like(mix), np.asarray(mix * 0.01, np.float32), mix)
    assert found.usdr_db is None
    assert found.leak_db == pytest.approx(-40, abs=0.1)


def test_instrumental_is_all_but_vocals() -> None:
    """A two-stem model is scored against the sum of the other three."""
    song = Song("made", np.stack([noise(at) for at in range(len(STEMS))]))
    assert np.allclose(song.part("instrumental"), song.stems[1:].sum(axis=0), atol=1e-5)
    assert np.array_equal(song.part("bass"), song.stems[2])


def test_table_says_what_does_not_sum() -> None:
    """A model whose stems do not sum to the mix is named in its line, and silent stems do not count in means."""
    rows = [
        Row("m", "s", "vocals", 6.0, 2.0, None, 3, 20.0),
        Row("m", "s", "drums", 4.0, 1.0, None, 3, 20.0),
        Row("m", "s", "bass", None, None, -31.5, 3, 20.0),
    ]
    text = table(rows)
    assert "| m | s | 6.00 (+2.0) | 4.00 (+1.0) | leak -31.5 | 5.00 (+1.5) | no, off by 3 | 20 |" in text
    assert "| **m** | mean | 6.00 (+2.0) | 4.00 (+1.0) |  | **5.00 (+1.5)** | | |" in text
