"""The scores that model cards state."""

from __future__ import annotations

import numpy as np
import pytest
from numpy.typing import NDArray

from inference.evaluation.parts import Part, parts_of
from inference.evaluation.scores import leak_db, score
from inference.evaluation.songs import RATE_HZ, STEMS, Song
from inference.evaluation.table import Row, table

Floats = NDArray[np.float32]
RATE = 1000
"""Of the made sounds: a second is little."""
FOUR = tuple(Part(stem, (stem,), (stem,)) for stem in STEMS)


def noise(seed: int, gain: float = 1.0, length: int = 4 * RATE) -> Floats:
    return np.asarray(gain * np.random.default_rng(seed).standard_normal((2, length)), np.float32)


@pytest.mark.parametrize(("gain", "usdr_db"), [(0.1, 20.0), (1.0, 0.0), (10.0, -20.0)])
def test_error_as_loud_as_a_tenth(gain: float, usdr_db: float) -> None:
    """An error 20 dB below the truth scores 20 dB, one as loud 0 dB, one above it less."""
    truth, error = noise(1), noise(1, gain)
    found = score(truth, truth + error, truth, RATE)
    assert found.usdr_db == pytest.approx(usdr_db, abs=0.01)


def test_handing_back_the_mix_gains_nothing() -> None:
    """The mix itself has a gain of 0 dB, and half of it, of two equally loud stems, one of 3 dB."""
    truth, rest = noise(1), noise(2)
    mix = truth + rest
    assert score(truth, mix, mix, RATE).gain_db == 0
    assert score(truth, np.asarray(mix / 2, np.float32), mix, RATE).gain_db == pytest.approx(3.0, abs=0.2)


def test_silent_truth_has_a_leak() -> None:
    """A stem that should be silent is judged by what it leaks, against the mix."""
    mix = noise(1)
    found = score(np.zeros_like(mix), np.asarray(mix * 0.01, np.float32), mix, RATE)
    assert (found.usdr_db, found.gain_db) == (None, None)
    assert found.leak_db == pytest.approx(-40, abs=0.1)


def test_a_leak_is_measured_where_the_truth_rests() -> None:
    """In the seconds in which a stem rests, what it holds is leak; what it holds in all others is not."""
    truth, mix = noise(1), noise(1) + noise(2)
    truth[:, RATE : 3 * RATE] = 0
    estimate = truth.copy()
    estimate[:, RATE : 3 * RATE] = mix[:, RATE : 3 * RATE] * np.float32(0.1)
    found = score(truth, estimate, mix, RATE)
    assert found.usdr_db is not None
    assert found.leak_db == pytest.approx(-20, abs=0.01)


@pytest.mark.parametrize(
    ("rests", "mix_gain"),
    [((0, 0), 1.0), ((RATE // 2, RATE + RATE // 2 - 1), 1.0), ((0, 2 * RATE), 0.0)],
    ids=["it never rests", "it rests for less than a second", "all rest with it"],
)
def test_without_a_second_of_rest_there_is_no_leak(rests: tuple[int, int], mix_gain: float) -> None:
    """A leak is told only from whole seconds in which the stem is silent and something else sounds."""
    truth = noise(1, length=2 * RATE)
    truth[:, slice(*rests)] = 0
    assert leak_db(truth, truth, truth + noise(2, mix_gain, 2 * RATE), RATE) is None


def test_a_song_without_a_stem_has_a_leak() -> None:
    """What never rests can be taken out of the song's middle: the stem is silent there, and the mix is what is left."""
    song = Song("made", np.stack([noise(at, length=3 * RATE_HZ) for at in range(len(STEMS))]))
    quiet = song.middle_without(("drums",), 1)
    middle = song.stems[:, :, RATE_HZ : 2 * RATE_HZ]
    assert not quiet.sum_of(("drums",)).any()
    assert np.array_equal(quiet.sum_of(("bass",)), middle[2])
    assert np.allclose(quiet.mix, middle[[0, 2, 3]].sum(axis=0), atol=1e-5)
    assert leak_db(quiet.sum_of(("drums",)), quiet.mix, quiet.mix, RATE_HZ) == pytest.approx(0, abs=0.01)
    assert song.middle_without(("drums",), 10).stems.shape == song.stems.shape
    assert song.stems[1].any()


@pytest.mark.parametrize(
    ("stems", "parts"),
    [
        (STEMS, FOUR),
        (tuple(reversed(STEMS)), FOUR),
        (
            ("drums", "bass", "other", "vocals", "guitar", "piano"),
            (*FOUR[:3], Part("other", ("other", "guitar", "piano"), ("other",))),
        ),
        (("drums", "bass", "vocals", "guitar"), (*FOUR[:3], Part("other", ("guitar",), ("other",)))),
        (("vocals", "drums", "bass"), FOUR[:3]),
        *(
            (("vocals", rest), (FOUR[0], Part("instrumental", (rest,), ("drums", "bass", "other"))))
            for rest in ("instrumental", "accompaniment", "no_vocals", "other")
        ),
        (
            ("lead_vocals", "backing_vocals", "band"),
            (
                Part("vocals", ("lead_vocals", "backing_vocals"), ("vocals",)),
                Part("instrumental", ("band",), ("drums", "bass", "other")),
            ),
        ),
        (("drums", "rest"), (FOUR[1], Part("vocals + bass + other", ("rest",), ("vocals", "bass", "other")))),
        (("kick", "snare"), ()),
    ],
    ids=lambda value: "-".join(value) if value and isinstance(value[0], str) else "",
)
def test_any_stems_find_their_truth(stems: tuple[str, ...], parts: tuple[Part, ...]) -> None:
    """Two, four or six stems: what the true ones lack is summed with `other`, and a pair is voice and instrumental."""
    assert parts_of(stems) == parts


def test_what_is_compared_is_the_sum() -> None:
    """The truth of an instrumental is the sum of the other three, that of one stem the stem itself."""
    song = Song("made", np.stack([noise(at) for at in range(len(STEMS))]))
    assert np.allclose(song.sum_of(("drums", "bass", "other")), song.stems[1:].sum(axis=0), atol=1e-5)
    assert np.array_equal(song.sum_of(("bass",)), song.stems[2])


def test_table_says_what_does_not_sum() -> None:
    """A model whose stems do not sum to the mix is named in its line, and silent stems do not count in means."""
    rows = [
        Row("m", "s", "vocals", 6.0, 2.0, -20.0, 3, 20.0),
        Row("m", "s", "drums", 4.0, 1.0, -18.04, 3, 20.0, is_taken_out=True),
        Row("m", "s", "bass", None, None, -31.5, 3, 20.0),
    ]
    text = table(rows)
    assert "| m | s | 6.00 (+2.0) | 4.00 (+1.0) | silent | 5.00 (+1.5) | no, off by 3 | 20 |" in text
    assert "| **m** | mean | 6.00 (+2.0) | 4.00 (+1.0) |  | **5.00 (+1.5)** | | |" in text
    assert "| m | s | -20.0 | -18.0* | -31.5 |" in text


def test_table_names_what_is_not_made_and_what_was_summed() -> None:
    """Models of other stems stand in one table: a cell without a figure says why, and a sum says of what."""
    rows = [
        Row("duo", "s", "vocals", 6.0, 2.0, -20.0, 0, 20.0),
        Row("duo", "s", "instrumental", 4.0, 1.0, None, 0, 20.0, made_of=("no_vocals",)),
        Row("sextet", "s", "other", 3.0, 1.0, -9.0, 0, 20.0, made_of=("other", "guitar", "piano")),
    ]
    text = table(rows)
    assert "| duo | s | 6.00 (+2.0) | 4.00 (+1.0) | not made | 5.00 (+1.5) | yes | 20 |" in text
    assert "| sextet | s | not made | not made | 3.00 (+1.0) | 3.00 (+1.0) | yes | 20 |" in text
    assert "| duo | s | -20.0 | no other sound | not made |" in text
    assert "other of sextet is the sum of its other, guitar, piano." in text
    assert "instrumental of duo is its no_vocals." in text
