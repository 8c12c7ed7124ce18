"""What every part of the harmony is written with: the part so far, chords as keys and guitars hold them."""

from __future__ import annotations

import numpy as np

from inference.training.synthesis.composition import Chord, Plan, Section
from inference.training.synthesis.events import Note

_STRINGS = (40, 45, 50, 55, 59, 64)  # a guitar in standard tuning
Grid = tuple[tuple[float, float], ...]  # onset and velocity over four beats


class Part:
    """One player's part over a section: the plan, the player's random generator and register, and the notes so far."""

    def __init__(self, plan: Plan, section: Section, rng: np.random.Generator, register: int) -> None:
        self.plan, self.section, self.rng, self.register = plan, section, rng, register
        self.chords = plan.chords_of(section)
        self.notes: list[Note] = []

    def add(
        self, beat: float, length: float, pitch: int, velocity: float, *, late_s: float = 0.0, muted: bool = False
    ) -> None:
        """One note by beat; silently kept within what instruments can play."""
        start = self.plan.time_s(beat)
        duration = self.plan.time_s(beat + length) - start
        loud = float(
            np.clip(velocity * (0.75 + 0.25 * self.section.intensity) * (1 + self.rng.normal(0, 0.06)), 0.05, 1.0)
        )
        if 24 <= pitch <= 103:
            self.notes.append(Note(max(0.0, start + late_s), max(0.04, duration), pitch, loud, 0.0, muted))

    def grid(self, table: tuple[Grid, ...]) -> Grid:
        """A rhythm of the table, the same for the whole section."""
        return table[int(self.rng.integers(len(table)))]

    def onsets(self, grid: Grid, chord: Chord) -> list[tuple[float, float, float]]:
        """Onset, length until the next, and velocity, in beats from the chord's start, cut to the chord."""
        offset = chord.start_beat % self.plan.beats_per_bar
        inside = [
            (onset - offset, velocity)
            for onset, velocity in grid
            if offset - 1e-6 <= onset < offset + chord.beats - 1e-6
        ]
        if not inside or inside[0][0] > chord.beats / 2:
            inside = inside or [(0.0, 0.8)]
        ends = [onset for onset, _ in inside[1:]] + [chord.beats]
        return [(onset, max(0.1, end - onset), velocity) for (onset, velocity), end in zip(inside, ends, strict=True)]


def voicing(chord: Chord, centre: int, count: int) -> list[int]:
    """The chord's pitches closest to a centre: close position, at most `count` notes, low to high."""
    classes = chord.pitch_classes()
    pitches = sorted(range(centre - 8, centre + 10), key=lambda pitch: abs(pitch - centre))
    chosen: list[int] = []
    for pitch in pitches:
        if pitch % 12 in classes and pitch % 12 not in {other % 12 for other in chosen} and len(chosen) < count:
            chosen.append(pitch)
    return sorted(chosen)


def fretted(chord: Chord, position: int) -> list[int]:
    """A guitar chord near a fret position: for each string the lowest chord tone within five frets, root lowest."""
    classes = chord.pitch_classes()
    pitches: list[int] = []
    for string in _STRINGS:
        for fret in range(position, position + 5):
            pitch = string + fret
            if pitch % 12 in classes and (pitches or pitch % 12 == chord.root):
                pitches.append(pitch)
                break
    return pitches or [40 + (chord.root - 40) % 12]
