"""A melody as singers see it: phrases between breaths, syllables over one or more notes, second voices."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from inference.training.synthesis.voices.contour import Note

PHRASE_GAP_S = 0.28


def phrases_of(notes: Sequence[Note]) -> list[list[Note]]:
    """Notes in order, broken where at least 0.28 s are silent; overlaps are cut to the next note's start."""
    ordered = sorted(note for note in notes if note.length_s > 0.02)
    phrases: list[list[Note]] = []
    for note in ordered:
        if phrases:
            last = phrases[-1][-1]
            if note.start_s - last.start_s < 0.04:
                continue
            if last.start_s + last.length_s > note.start_s:
                phrases[-1][-1] = last._replace(length_s=note.start_s - last.start_s)
            if note.start_s - (last.start_s + last.length_s) < PHRASE_GAP_S:
                phrases[-1].append(note)
                continue
        phrases.append([note])
    return phrases


def syllables(notes: Sequence[Note], melisma: float, rng: np.random.Generator) -> list[tuple[int, int]]:
    """Runs [first, last] of note indices sung on one syllable each, covering all notes in order."""
    runs: list[tuple[int, int]] = []
    for index, note in enumerate(notes):
        near = index > 0 and abs(note.pitch - notes[index - 1].pitch) <= 5
        touching = index > 0 and note.start_s - (notes[index - 1].start_s + notes[index - 1].length_s) < 0.06
        if near and touching and (rng.uniform() < melisma or note.length_s < 0.09):
            runs[-1] = (runs[-1][0], index)
        else:
            runs.append((index, index))
    return runs


def harmony(notes: Sequence[Note], degree_semitones: tuple[int, int]) -> list[Note]:
    """A second voice: each note moved to a pitch of the melody's own scale within a range of semitones above it.

    Where the scale has none there, the range's middle is taken.
    """
    classes = {round(note.pitch) % 12 for note in notes}
    low, high = degree_semitones
    moved = []
    for note in notes:
        steps = [step for step in range(low, high + 1) if (round(note.pitch) + step) % 12 in classes]
        step = steps[0] if steps else (low + high) // 2
        moved.append(note._replace(pitch=note.pitch + step))
    return moved


def humanised(notes: Sequence[Note], spread_s: float, rng: np.random.Generator) -> list[Note]:
    """The notes with their starts off by about `spread_s`, as a second take's are."""
    return [note._replace(start_s=max(0.0, note.start_s + float(rng.normal(0, spread_s)))) for note in notes]
