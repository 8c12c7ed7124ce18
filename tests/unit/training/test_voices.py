"""The pure logic of the sung training vocals: syllables cut, placed on notes, and given a pitch."""

from __future__ import annotations

from itertools import pairwise

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from inference.training.synthesis.voices.contour import FRAME_S, Manner, Note, loudness_contour, pitch_contour
from inference.training.synthesis.voices.melody import random_melody
from inference.training.synthesis.voices.phrasing import PHRASE_GAP_S, harmony, phrases_of, syllables
from inference.training.synthesis.voices.placement import Span, place, stretched
from inference.training.synthesis.voices.units import Unit, cut

SEEDS = st.integers(min_value=0, max_value=2**31 - 1)
STEADY = Manner(
    vibrato_depth=0.0, scoop_chance=0.0, fall_chance=0.0, drift_depth=0.0, jitter_depth=0.0, out_of_tune=0.0
)


@st.composite
def units(draw: st.DrawFn) -> Unit:
    start = draw(st.integers(0, 500))
    nucleus = start + draw(st.integers(0, 40))
    coda = nucleus + draw(st.integers(7, 120))
    return Unit(start, nucleus, coda, coda + draw(st.integers(0, 30)))


@st.composite
def spans(draw: st.DrawFn) -> list[Span]:
    found = []
    at = draw(st.integers(0, 80))
    for _ in range(draw(st.integers(1, 12))):
        length = draw(st.integers(8, 300))
        found.append(Span(at, at + length))
        at += length + draw(st.sampled_from([0, 0, 0, 30]))
    return found


@given(where=spans(), data=st.data(), seed=SEEDS)
@settings(max_examples=60)
def test_placed_syllables_never_overlap(where: list[Span], data: st.DataObject, seed: int) -> None:
    """Syllables come in order, none begins before the one before it has ended, and vowels start on their beats."""
    chosen = [data.draw(units()) for _ in where]
    pieces = place(where, chosen, np.random.default_rng(seed))
    assert [piece.nucleus for piece in pieces] == [span.start for span in where]
    assert all(before.end <= after.start for before, after in pairwise(pieces))
    assert all(piece.start >= 0 and piece.start <= piece.nucleus < piece.coda <= piece.end for piece in pieces)


@given(where=spans(), data=st.data(), seed=SEEDS)
@settings(max_examples=60)
def test_placed_syllables_stay_within_their_recording(where: list[Span], data: st.DataObject, seed: int) -> None:
    """A syllable is read from its own part of the recording only."""
    chosen = [data.draw(units()) for _ in where]
    for piece, unit in zip(place(where, chosen, np.random.default_rng(seed)), chosen, strict=True):
        assert piece.positions.min() >= unit.start
        assert piece.positions.max() <= unit.end


@given(unit=units(), count=st.integers(1, 2000), seed=SEEDS)
def test_a_stretched_vowel_has_the_length_asked_for(unit: Unit, count: int, seed: int) -> None:
    """A vowel fills exactly the frames asked for and never leaves its nucleus."""
    positions = stretched(unit.nucleus, unit.coda, count, np.random.default_rng(seed))
    assert len(positions) == count
    assert positions.min() >= unit.nucleus
    assert positions.max() <= unit.coda - 1


@given(pitches=st.lists(st.integers(40, 80), min_size=1, max_size=8), seed=SEEDS)
def test_the_pitch_follows_the_melody(pitches: list[int], seed: int) -> None:
    """In the middle of each note a steady singer is on its pitch."""
    notes = [Note(0.4 * index, 0.4, float(pitch)) for index, pitch in enumerate(pitches)]
    contour = pitch_contour(notes, round(0.4 * len(notes) / FRAME_S), STEADY, np.random.default_rng(seed))
    middles = [contour[round((note.start_s + 0.2) / FRAME_S)] for note in notes]
    assert middles == pytest.approx(pitches, abs=0.01)


@given(seed=SEEDS)
def test_vibrato_stays_near_the_note(seed: int) -> None:
    """A held note with the deepest vibrato keeps its mean pitch to within a quarter of a semitone."""
    manner = Manner(vibrato_depth=0.85, scoop_chance=0.0, fall_chance=0.0, out_of_tune=0.0)
    contour = pitch_contour([Note(0.0, 4.0, 60.0)], 800, manner, np.random.default_rng(seed))
    assert abs(float(contour[100:700].mean()) - 60) < 0.25
    assert float(np.abs(contour - 60).max()) < 2.5


@given(seed=SEEDS)
def test_loudness_stays_singable(seed: int) -> None:
    """A phrase's dynamics stay within what a compressor can even out."""
    notes = [Note(0.5 * index, 0.5, 60.0) for index in range(8)]
    gain_db = loudness_contour(notes, 800, np.random.default_rng(seed))
    assert float(np.abs(gain_db).max()) < 15


@given(seed=SEEDS, centre=st.sampled_from([45.0, 60.0, 74.0]))
@settings(max_examples=30)
def test_melodies_are_in_order_and_in_range(seed: int, centre: float) -> None:
    """A melody's notes follow one another within its length, at most 11 semitones from its centre."""
    _, notes = random_melody(60.0, centre, np.random.default_rng(seed))
    assert notes
    assert all(before.start_s + before.length_s <= after.start_s + 1e-6 for before, after in pairwise(notes))
    assert all(abs(note.pitch - centre) <= 11 for note in notes)
    assert notes[-1].start_s + notes[-1].length_s < 60


@given(seed=SEEDS)
@settings(max_examples=30)
def test_phrases_and_syllables_cover_the_melody(seed: int) -> None:
    """Every note is in one phrase, phrases are apart, and every note of a phrase is on one syllable."""
    rng = np.random.default_rng(seed)
    _, notes = random_melody(60.0, 60.0, rng)
    phrases = phrases_of(notes)
    assert sum(len(phrase) for phrase in phrases) == len(notes)
    for before, after in pairwise(phrases):
        assert after[0].start_s - (before[-1].start_s + before[-1].length_s) >= PHRASE_GAP_S - 1e-9
    for phrase in phrases:
        runs = syllables(phrase, 0.3, rng)
        assert [index for low, high in runs for index in range(low, high + 1)] == list(range(len(phrase)))


def test_harmony_stays_in_the_melody_s_scale() -> None:
    """Thirds above a C major scale are its own thirds, small or large."""
    scale = [Note(float(index), 1.0, float(pitch)) for index, pitch in enumerate((60, 62, 64, 65, 67, 69, 71))]
    assert [note.pitch for note in harmony(scale, (3, 5))] == [64, 65, 67, 69, 71, 72, 74]


def test_syllables_are_found_between_consonants() -> None:
    """Three vowels parted by soft unvoiced consonants are three syllables with their onsets."""
    level = np.full(200, -40.0)
    voiced = np.zeros(200, dtype=bool)
    for start in (20, 80, 140):
        level[start : start + 30] = 0.0
        voiced[start : start + 30] = True
    found = cut(voiced, level)
    assert [(unit.nucleus, unit.coda) for unit in found] == [(20, 50), (80, 110), (140, 170)]
    assert all(unit.start < unit.nucleus for unit in found)
    assert all(before.end <= after.start for before, after in pairwise(found))


def test_silence_has_no_syllables() -> None:
    """A flat recording gives nothing to sing with."""
    assert cut(np.zeros(100, dtype=bool), np.full(100, -90.0)) == []
