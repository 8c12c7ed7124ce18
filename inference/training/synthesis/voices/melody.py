"""Melodies of our own for clips without a song: phrases with motifs, rests and repeats, in any register."""

from __future__ import annotations

import numpy as np

from inference.training.synthesis.voices.contour import Note

SCALES = (
    (0, 2, 4, 5, 7, 9, 11),
    (0, 2, 3, 5, 7, 8, 10),
    (0, 2, 3, 5, 7, 9, 10),
    (0, 2, 4, 7, 9),
    (0, 3, 5, 7, 10),
    (0, 2, 4, 5, 7, 9, 10),
)
RHYTHMS = (
    (1, 1, 2), (2, 1, 1), (2, 2), (1, 1, 1, 1), (3, 1), (4,), (3, 3, 2), (1.5, 1.5, 1), (0.5, 0.5, 1, 2), (6,),
    (1, 2, 1), (0.5, 0.5, 0.5, 0.5, 2), (2, 1, 3, 2), (1, 0.5, 0.5, 1, 1), (1, 1, 1, 1, 1, 3), (1, 1, 1, 0.5, 0.5),
)  # fmt: skip
"""Motifs of note lengths in eighths."""


def random_melody(length_s: float, centre: float, rng: np.random.Generator) -> tuple[float, list[Note]]:
    """Tempo in beats a minute and notes that fill `length_s`, around a MIDI pitch, never beyond 11 semitones of it."""
    tempo = float(rng.uniform(66, 158))
    eighth_s = 30.0 / tempo
    scale = SCALES[int(rng.integers(len(SCALES)))]
    root = int(rng.integers(12))
    ladder = np.array([pitch for pitch in range(20, 100) if (pitch - root) % 12 in scale and abs(pitch - centre) <= 11])
    phrases = [_phrase(len(ladder), float(rng.choice([8, 16, 16, 24])), rng) for _ in range(int(rng.integers(3, 7)))]
    notes: list[Note] = []
    at_s = float(rng.uniform(0.3, 2.0))
    while at_s < length_s - 3:
        for steps, eighths, sounding in phrases[int(rng.integers(len(phrases)))]:
            step = int(np.clip(steps + (rng.integers(-1, 2) if rng.uniform() < 0.12 else 0), 0, len(ladder) - 1))
            notes.append(Note(at_s, eighths * eighth_s * sounding, float(ladder[step])))
            at_s += eighths * eighth_s
        at_s += eighth_s * float(rng.choice([1, 2, 4, 4, 8]))
    return tempo, [note for note in notes if note.start_s + note.length_s < length_s - 0.3]


def _phrase(steps_count: int, eighths: float, rng: np.random.Generator) -> list[tuple[int, float, float]]:
    """(ladder step, length in eighths, sounding share) of a phrase: a walk with leaps that comes back to the middle."""
    rhythms = [RHYTHMS[int(rng.integers(len(RHYTHMS)))] for _ in range(2)]
    legato = float(rng.choice([1.0, 1.0, 0.97, 0.8]))
    step = steps_count // 2 + int(rng.integers(-2, 3))
    notes: list[tuple[int, float, float]] = []
    used = 0.0
    while used < eighths:
        for length in rhythms[int(rng.integers(2))]:
            notes.append((step, float(length), legato))
            used += length
            leap = int(rng.choice([-4, -3, -2, -1, -1, -1, 0, 1, 1, 1, 2, 3, 4]))
            pull = -1 if step > 0.8 * steps_count else 1 if step < 0.2 * steps_count else 0
            step = int(np.clip(step + leap + pull, 0, steps_count - 1))
    last_step, last_length, _ = notes[-1]
    notes[-1] = (last_step, max(last_length, 2.0), legato)
    return notes
