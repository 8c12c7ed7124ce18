"""The musical logic behind the synthesised training songs: plans, chords and lines that make sense for every seed."""

from __future__ import annotations

from itertools import pairwise

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from inference.training.synthesis import harmony_parts
from inference.training.synthesis.bass_parts import LOWEST_PITCH, Bassist, kick_times
from inference.training.synthesis.composition import MODES, Plan, compose, parse_chord
from inference.training.synthesis.drum_parts import PIECES, Drummer
from inference.training.synthesis.genres import GENRES
from inference.training.synthesis.grooves import GROOVES, PERCUSSION
from inference.training.synthesis.melody import vocal_line

ROLES = ["drums", "bass", "layer0", "layer1"]
SEEDS = st.integers(min_value=0, max_value=2**31 - 1)


def plan_of(seed: int) -> Plan:
    return compose(seed, ROLES)


@given(seed=SEEDS)
@settings(max_examples=20)
def test_plan_is_decided_by_the_seed(seed: int) -> None:
    """The same seed gives the same plan and the same parts."""
    assert plan_of(seed) == plan_of(seed)
    assert Drummer(plan_of(seed)).play() == Drummer(plan_of(seed)).play()
    assert vocal_line(plan_of(seed)) == vocal_line(plan_of(seed))


@given(seed=SEEDS)
@settings(max_examples=30)
def test_plan_is_whole(seed: int) -> None:
    """Sections follow each other without gaps, chords fill every bar, and somebody plays in each section."""
    plan = plan_of(seed)
    assert 55.0 < plan.length_s < 100.0
    for section, following in pairwise(plan.sections):
        assert section.start_bar + section.bars == following.start_bar
    for chord, next_chord in pairwise(plan.chords):
        assert chord.start_beat + chord.beats == pytest.approx(next_chord.start_beat)
    assert all(section.silent < set(ROLES) for section in plan.sections)


@given(seed=SEEDS, low=st.integers(45, 60), span=st.integers(14, 24))
@settings(max_examples=30)
def test_melody_stays_in_the_singers_range(seed: int, low: int, span: int) -> None:
    """Every note to be sung lies within the range, one at a time, with rests between the phrases."""
    plan = plan_of(seed)
    notes = vocal_line(plan, low, low + span)
    assert all(low <= note.pitch <= low + span for note in notes)
    assert all(note.pitch % 12 in plan.scale for note in notes)
    for note, following in pairwise(notes):
        assert note.start_s + note.duration_s <= following.start_s + 1e-9
    assert sum(note.duration_s for note in notes) < 0.9 * plan.length_s


@given(seed=SEEDS)
@settings(max_examples=20)
def test_bass_plays_one_low_note_at_a_time(seed: int) -> None:
    """A bass line has no chords and stays in the bass's range."""
    plan = plan_of(seed)
    kicks = kick_times(Drummer(plan).play())
    notes = Bassist(plan, GENRES[plan.genre].bass_parts, 28, kicks).play()
    assert all(LOWEST_PITCH <= note.pitch <= 67 for note in notes)
    assert all(note.duration_s > 0 and note.start_s >= 0 for note in notes)
    assert all(note.start_s < plan.length_s for note in notes)


@given(seed=SEEDS)
@settings(max_examples=20)
def test_drummer_uses_pieces_that_kits_have(seed: int) -> None:
    """Every hit is on a known piece, in time order, with a velocity of 0 to 1."""
    hits = Drummer(plan_of(seed)).play()
    assert {hit.piece for hit in hits} <= set(PIECES)
    assert all(0 < hit.velocity <= 1 for hit in hits)
    assert [hit.time_s for hit in hits] == sorted(hit.time_s for hit in hits)


@pytest.mark.parametrize("name", sorted(harmony_parts.PARTS))
def test_parts_are_silent_where_the_plan_says_so(name: str) -> None:
    """A player whose role pauses in a section plays nothing that starts in it."""
    for seed in range(6):
        plan = plan_of(seed)
        bar_s = plan.beats_per_bar * 60.0 / plan.tempo_bpm
        starts = [note.start_s for note in harmony_parts.play(plan, "layer0", name, 60)]
        for section in plan.sections:
            if "layer0" in section.silent:
                first, last = plan.time_s(section.start_bar * plan.beats_per_bar), section.bars * bar_s
                assert not [start for start in starts if first + 0.05 < start < first + last - 0.05]


def test_genres_name_only_what_exists() -> None:
    """Each groove, chord and part that a genre names is known."""
    for genre in GENRES.values():
        assert set(genre.grooves) <= set(GROOVES)
        assert set(genre.modes) <= set(MODES)
        for progression in (*genre.major, *genre.minor):
            for bar in progression.split():
                for token in bar.split(","):
                    parse_chord(token, 0)
        for layer in genre.layers:
            assert {option.split(":")[1] for option in layer} <= set(harmony_parts.PARTS)


def test_patterns_have_sixteen_steps_a_bar() -> None:
    """Grooves are written as whole bars of known signs on known pieces."""
    for table in (GROOVES, PERCUSSION):
        for groove in table.values():
            for piece, pattern in groove.items():
                assert piece in PIECES
                assert len(pattern) % 16 == 0
                assert set(pattern) <= set("Xxo-?.")


@pytest.mark.parametrize("token", ["", "VIII", "Iq", "bb", "X7"])
def test_unknown_chords_are_refused(token: str) -> None:
    """A typing error in a progression raises ValueError rather than playing something else."""
    with pytest.raises(ValueError, match="no such"):
        parse_chord(token, 0)


def test_roman_numerals_become_pitches() -> None:
    """In C, bVII is B flat major and vi7 is A minor seventh."""
    assert parse_chord("bVII", 0) == (10, (0, 4, 7))
    assert parse_chord("vi7", 0) == (9, (0, 3, 7, 10))
