"""Melodies: singable vocal lines in phrases with rests, and faster lines for lead instruments."""

from __future__ import annotations

import numpy as np

from inference.training.synthesis.composition import Plan, Section
from inference.training.synthesis.events import Note

_RHYTHMS: tuple[tuple[float, ...], ...] = (  # onsets within a bar of four beats, in beats
    (0, 1, 2, 3),
    (0, 0.5, 1, 2, 2.5, 3),
    (0, 1.5, 2, 3.5),
    (0.5, 1, 1.5, 2, 3),
    (0, 0.5, 1.5, 2, 3),
    (0, 2, 3),
    (0, 1, 1.5, 2.5),
    (0.5, 1.5, 2.5, 3, 3.5),
    (0, 0.75, 1.5, 2, 2.75, 3.5),
    (0, 0.5, 1, 1.5, 2),
    (1, 1.5, 2, 2.5, 3),
    (0, 1, 2, 2.5, 3, 3.5),
    (0, 3),
    (0, 2),
    (0, 0.25, 0.5, 1, 1.5, 2, 2.5),
    (0, 0.5, 0.75, 1.25, 1.5, 2, 3),
)
_RUNS: tuple[tuple[float, ...], ...] = (
    tuple(k / 2 for k in range(8)),
    tuple(k / 4 for k in range(16)),
    tuple(k / 3 for k in range(12)),
    (0, 0.5, 0.75, 1, 1.5, 2, 2.25, 2.5, 3, 3.5),
    tuple(k / 4 for k in range(12)),
    (0, 0.25, 0.5, 1, 1.25, 1.5, 2, 2.5, 3),
)


def _allowed(plan: Plan, low: int, high: int, pentatonic: bool) -> list[int]:
    scale = plan.scale
    if pentatonic:
        is_minor = (plan.tonic + 3) % 12 in scale
        scale = tuple((plan.tonic + step) % 12 for step in ((0, 3, 5, 7, 10) if is_minor else (0, 2, 4, 7, 9)))
    return [pitch for pitch in range(low, high + 1) if pitch % 12 in scale]


def _next_pitch(rng: np.random.Generator, pitches: list[int], last: int, chord: tuple[int, ...], strong: bool) -> int:
    """A pitch near the last one; on strong beats preferably of the chord."""
    distance = np.array([abs(pitch - last) for pitch in pitches], dtype=float)
    weights = np.exp(-distance / 2.6)
    weights[distance == 0] *= 0.55
    centre = (pitches[0] + pitches[-1]) / 2
    weights *= np.exp(-np.abs(np.array(pitches) - centre) / (pitches[-1] - pitches[0] + 1) * 1.5)
    if strong:
        weights *= np.array([3.5 if pitch % 12 in chord else 0.6 for pitch in pitches])
    return pitches[int(rng.choice(len(pitches), p=weights / weights.sum()))]


def _phrase(
    plan: Plan,
    rng: np.random.Generator,
    start_beat: float,
    onsets: list[float],
    length_beats: float,
    pitches: list[int],
    last: int,
) -> list[Note]:
    """One phrase: the onsets in beats from its start, the last note held."""
    notes: list[Note] = []
    for index, onset in enumerate(onsets):
        beat = start_beat + onset
        following = (
            onsets[index + 1] if index + 1 < len(onsets) else min(length_beats, onset + float(rng.uniform(0.8, 2.0)))
        )
        held = (following - onset) * float(rng.uniform(0.82, 1.0))
        chord = plan.chord_at(beat).pitch_classes()
        is_strong = abs(onset - round(onset)) < 1e-6 or index + 1 == len(onsets)
        last = _next_pitch(rng, pitches, last, chord, is_strong)
        start = plan.time_s(beat)
        notes.append(
            Note(
                start,
                max(0.08, plan.time_s(beat + held) - start),
                last,
                float(np.clip(rng.normal(0.75, 0.1), 0.4, 1.0)),
            )
        )
    return notes


def _section_line(
    plan: Plan,
    rng: np.random.Generator,
    section: Section,
    pitches: list[int],
    rhythms: list[tuple[float, ...]],
    phrase_bars: int,
    sung_share: float,
) -> list[Note]:
    """Phrases over a section: a rhythm motif that repeats, the last bar of each phrase shortened for a breath."""
    notes: list[Note] = []
    last = pitches[len(pitches) // 2]
    beats = plan.beats_per_bar
    for phrase_bar in range(0, section.bars, phrase_bars):
        bars = min(phrase_bars, section.bars - phrase_bar)
        length = bars * beats * sung_share
        pickup = float(rng.choice([0.0, 0.0, 0.5, 1.0]))
        onsets = [
            bar * beats + onset
            for bar in range(bars)
            for onset in rhythms[bar % len(rhythms)]
            if onset < beats and pickup <= bar * beats + onset < length - 0.4
        ]
        if rng.random() < 0.3 and len(onsets) > 3:
            onsets.pop(int(rng.integers(1, len(onsets) - 1)))
        if onsets:
            phrase = _phrase(plan, rng, (section.start_bar + phrase_bar) * beats, onsets, length + 0.5, pitches, last)
            last = phrase[-1].pitch
            notes.extend(phrase)
    return notes


def vocal_line(plan: Plan, low: int = 55, high: int = 76) -> list[Note]:
    """The melody to be sung: pitches within low..high, one at a time, silent in the sections without singing."""
    rng = plan.generator("melody")
    span = int(rng.integers(9, 16))
    bottom = int(rng.integers(low, max(low + 1, high - span + 1)))
    pitches = _allowed(plan, bottom, min(high, bottom + span), bool(rng.random() < 0.3))
    notes: list[Note] = []
    lines: dict[str, tuple[list[tuple[float, ...]], int, float]] = {}
    for section in plan.sections:
        if section.name in {"intro", "solo", "outro"} or "vocals" in section.silent:
            continue
        if section.name not in lines:
            rhythms = [_RHYTHMS[int(index)] for index in rng.choice(len(_RHYTHMS), size=2)]
            lines[section.name] = (rhythms, int(rng.choice([2, 2, 4])), float(rng.uniform(0.72, 0.95)))
        rhythms, phrase_bars, share = lines[section.name]
        notes.extend(_section_line(plan, rng, section, pitches, rhythms, phrase_bars, share))
    return _separated(notes)


def lead_line(plan: Plan, rng: np.random.Generator, section: Section, low: int, high: int, busy: float) -> list[Note]:
    """A line for a lead instrument over one section: `busy` 0..1 mixes slow song-like rhythms with fast runs."""
    pitches = _allowed(plan, low, high, bool(rng.random() < 0.5))
    source = [_RUNS if rng.random() < busy else _RHYTHMS for _ in range(2)]
    rhythms = [table[int(rng.integers(len(table)))] for table in source]
    notes = _section_line(
        plan, rng, section, pitches, rhythms, int(rng.choice([1, 2, 2, 4])), float(rng.uniform(0.7, 1.0))
    )
    slides = rng.random(len(notes))
    chance = float(rng.uniform(0.0, 0.3))
    steps = rng.choice([-2.0, -1.0, 1.0], size=len(notes))
    return [
        Note(note.start_s, note.duration_s, note.pitch, note.velocity, float(step)) if slide < chance else note
        for note, slide, step in zip(_separated(notes), slides, steps, strict=True)
    ]


def _separated(notes: list[Note]) -> list[Note]:
    """The notes cut so that none overlaps the next."""
    cut = []
    for index, note in enumerate(notes):
        limit = notes[index + 1].start_s - note.start_s if index + 1 < len(notes) else note.duration_s
        cut.append(Note(note.start_s, max(0.03, min(note.duration_s, limit)), note.pitch, note.velocity, note.slide))
    return cut
