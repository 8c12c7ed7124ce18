"""What guitars play: strums, funk, power chords, palm-muted riffs, picking."""

from __future__ import annotations

from inference.training.synthesis.composition import Chord
from inference.training.synthesis.parts import Grid, Part, fretted

_STRUMS: tuple[Grid, ...] = (
    ((0, 1), (1, 0.8), (2, 0.9), (3, 0.8)),
    ((0, 1), (1, 0.8), (1.5, 0.6), (2.5, 0.7), (3, 0.85), (3.5, 0.6)),
    ((0, 1), (0.5, 0.6), (1, 0.9), (1.5, 0.6), (2, 1), (2.5, 0.6), (3, 0.9), (3.5, 0.6)),
    ((0, 1), (1.5, 0.7), (2, 0.8), (3, 0.8), (3.5, 0.7)),
    ((0, 1), (0.75, 0.6), (1.5, 0.8), (2, 0.5), (2.5, 0.8), (3.25, 0.6), (3.5, 0.7)),
    ((0, 1), (2, 0.8)),
    ((0, 1),),
    tuple((k / 4, 1 if k % 4 == 0 else 0.75 if k % 4 == 2 else 0.5) for k in range(16)),
)
_FUNK: tuple[Grid, ...] = (
    ((0, 0.9), (0.75, 0.6), (1.5, 0.9), (2.25, 0.5), (2.75, 0.8), (3.5, 0.7)),
    ((0.5, 0.8), (1.25, 0.6), (1.5, 0.9), (2.5, 0.8), (3.25, 0.7), (3.75, 0.5)),
    (
        (0, 0.8),
        (0.25, 0.4),
        (0.75, 0.7),
        (1, 0.5),
        (1.5, 0.8),
        (1.75, 0.4),
        (2, 0.7),
        (2.75, 0.8),
        (3, 0.5),
        (3.5, 0.8),
        (3.75, 0.4),
    ),
    ((1, 0.9), (1.25, 0.5), (3, 0.9)),
    ((0.5, 0.9), (0.75, 0.9), (2.5, 0.9), (3.75, 0.7)),
)


def _strum_grid(part: Part, grid: Grid, gate: float, strings: slice, muted_odds: float = 0.0) -> None:
    position = int(part.rng.choice([0, 0, 2, 3, 5, 7]))
    spread_s = float(part.rng.uniform(0.006, 0.02))
    for chord in part.chords:
        shape = fretted(chord, position)[strings]
        for index, (onset, length, velocity) in enumerate(part.onsets(grid, chord)):
            order = shape if (index % 2 == 0 or length > 0.8) else shape[::-1][:4]
            is_muted = part.rng.random() < muted_odds
            for string, pitch in enumerate(order):
                part.add(
                    chord.start_beat + onset,
                    (0.1 if is_muted else length * gate),
                    pitch,
                    velocity * (0.95 - 0.03 * string),
                    late_s=string * spread_s,
                    muted=is_muted,
                )


def strum(part: Part) -> None:
    """Open chords strummed up and down."""
    _strum_grid(part, part.grid(_STRUMS), 0.98, slice(0, 6))


def funk(part: Part) -> None:
    """Short high chords in sixteenths, some strokes muted."""
    _strum_grid(part, part.grid(_FUNK), float(part.rng.uniform(0.3, 0.6)), slice(-4, None), 0.3)


def skank(part: Part) -> None:
    """Short chords on the off-beats."""
    _strum_grid(
        part,
        ((0.5, 0.9), (1.5, 0.9), (2.5, 0.9), (3.5, 0.9)) if part.rng.random() < 0.5 else ((1, 0.9), (3, 0.9)),
        0.35,
        slice(-4, None),
    )


def bossa(part: Part) -> None:
    """The chords of a bossa nova."""
    _strum_grid(part, ((0, 0.8), (1, 0.6), (1.5, 0.7), (2.5, 0.7), (3, 0.6)), 0.7, slice(0, 5))


def _power_pitches(chord: Chord, octave: bool) -> list[int]:
    root = 38 + (chord.root - 38) % 12
    return [root, root + 7, root + 12] if octave else [root, root + 7]


def power(part: Part) -> None:
    """Roots and fifths, let ring or stopped."""
    table = (
        _STRUMS[2],
        _STRUMS[6],
        _STRUMS[5],
        _STRUMS[3],
        tuple((k / 2, 0.9) for k in range(8)),
        ((0, 1), (1.5, 0.9), (3, 0.9)),
    )
    grid = part.grid(table)
    gate = float(part.rng.uniform(0.7, 1.0))
    octave = bool(part.rng.random() < 0.7)
    for chord in part.chords:
        for onset, length, velocity in part.onsets(grid, chord):
            for string, pitch in enumerate(_power_pitches(chord, octave)):
                part.add(chord.start_beat + onset, length * gate, pitch, velocity, late_s=string * 0.004)


def chug(part: Part) -> None:
    """Palm-muted sixteenths, gallops or eighths on the low root, with open power chords on accents."""
    division = int(part.rng.choice([4, 4, 2, 3]))
    mask = part.rng.random(16) < float(part.rng.uniform(0.55, 0.95))
    accents = part.rng.random(16) < 0.15
    for chord in part.chords:
        root, *others = _power_pitches(chord, octave=False)
        for k in range(int(chord.beats * division)):
            if k and not mask[k % 16]:
                continue
            beat = chord.start_beat + k / division
            opens = accents[k % 16] or k == 0
            part.add(beat, (1.6 if opens else 0.8) / division, root, 0.95 if opens else 0.75, muted=not opens)
            if opens:
                for pitch in others:
                    part.add(beat, 1.6 / division, pitch, 0.9)


def riff(part: Part) -> None:
    """A riff of one or two bars over the scale, moved with the roots."""
    steps = sorted({int(step) for step in part.rng.choice(16, size=int(part.rng.integers(5, 10)), replace=False)} | {0})
    is_minor = (part.plan.tonic + 3) % 12 in part.plan.scale
    scale = (0, 3, 5, 7, 10, 12) if is_minor else (0, 2, 4, 7, 9, 12)
    line = [0, *(int(part.rng.choice(scale)) for _ in steps[1:])]
    fifths = part.rng.random() < 0.4 and part.register < 52
    for chord in part.chords:
        root = part.register + (chord.root - part.register) % 12
        for index, step in enumerate(steps):
            if step / 4 < chord.beats:
                end = steps[index + 1] / 4 if index + 1 < len(steps) else chord.beats
                part.add(
                    chord.start_beat + step / 4,
                    max(0.2, (min(end, chord.beats) - step / 4) * 0.9),
                    root + line[index],
                    0.85,
                )
                if fifths:
                    part.add(
                        chord.start_beat + step / 4,
                        max(0.2, (min(end, chord.beats) - step / 4) * 0.9),
                        root + line[index] + 7,
                        0.8,
                    )


def boogie(part: Part) -> None:
    """Fifths and sixths in eighths."""
    for chord in part.chords:
        root = _power_pitches(chord, octave=False)[0]
        for k in range(int(chord.beats * 2)):
            part.add(chord.start_beat + k / 2, 0.45, root, 0.85, muted=k % 2 == 1)
            part.add(chord.start_beat + k / 2, 0.45, root + (9 if k // 2 % 2 else 7), 0.85, muted=k % 2 == 1)


def picking(part: Part) -> None:
    """Finger picking: thumb on the low strings, fingers above, ringing."""
    position = int(part.rng.choice([0, 0, 2, 5]))
    unit = 0.25 if part.plan.tempo_bpm < 95 else 0.5
    order = [0, 3, 1, 4, 0, 3, 2, 4] if part.rng.random() < 0.5 else [int(k) for k in part.rng.integers(0, 6, size=8)]
    for chord in part.chords:
        shape = fretted(chord, position)
        for k in range(int(chord.beats / unit)):
            length = max(unit, min(chord.beats - k * unit, 2.0))
            part.add(
                chord.start_beat + k * unit,
                length,
                shape[order[k % 8] % len(shape)] if k else shape[0],
                0.85 if k % 4 == 0 else 0.65,
            )
