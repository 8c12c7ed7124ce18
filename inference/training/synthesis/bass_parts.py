"""What the bass plays: roots, octaves, walking lines, funk, slap, reggae, tumbao, acid and more, as notes."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np

from inference.training.synthesis.composition import Chord, Plan, Section
from inference.training.synthesis.events import Hit, Note

LOWEST_PITCH = 26
_Step = tuple[float, float, int, float]  # beat within the chord, length in beats, semitones above the root, velocity


def _roots(unit: float, gate: float) -> Callable[[np.random.Generator, Chord, float], list[_Step]]:
    def play(rng: np.random.Generator, chord: Chord, following: float) -> list[_Step]:
        count = round(chord.beats / unit)
        steps = [(k * unit, unit * gate, 0, 0.85 if k % 2 == 0 else 0.7) for k in range(count)]
        if steps and rng.random() < 0.25:  # lead to the next root
            beat, length, _, velocity = steps[-1]
            steps[-1] = (beat, length, int(np.sign(following)) * int(rng.choice([1, 2])) if following else 7, velocity)
        return steps

    return play


def _whole(rng: np.random.Generator, chord: Chord, following: float) -> list[_Step]:
    del following
    if chord.beats >= 3 and rng.random() < 0.4:
        return [(0.0, chord.beats * 0.72, 0, 0.8), (chord.beats - 0.5, 0.48, int(rng.choice([0, 7, -5, 12])), 0.65)]
    return [(0.0, chord.beats * 0.97, 0, 0.8)]


def _octaves(rng: np.random.Generator, chord: Chord, following: float) -> list[_Step]:
    del following
    gate = float(rng.uniform(0.6, 0.95))
    return [
        (k * 0.5, 0.5 * gate, 12 if k % 2 else 0, 0.85 if k % 2 == 0 else 0.75) for k in range(int(chord.beats * 2))
    ]


def _offbeat(rng: np.random.Generator, chord: Chord, following: float) -> list[_Step]:
    del rng, following
    return [(k + 0.5, 0.45, 0, 0.85) for k in range(int(chord.beats))]


def _gallop(rng: np.random.Generator, chord: Chord, following: float) -> list[_Step]:
    del rng, following
    return [(k + part, 0.22, 0, 0.8) for k in range(int(chord.beats)) for part in (0.25, 0.5, 0.75)]


def _arp(rng: np.random.Generator, chord: Chord, following: float) -> list[_Step]:
    del following
    tones = [0, 0, 12, 7, chord.intervals[1], 12, 0, 10 if len(chord.intervals) > 3 else 12]
    shift = int(rng.integers(4))
    return [
        (k * 0.25, 0.22, tones[(k + shift) % 8] if k % 4 else 0, 0.8 if k % 4 == 0 else 0.65)
        for k in range(int(chord.beats * 4))
    ]


def _walking(rng: np.random.Generator, chord: Chord, following: float) -> list[_Step]:
    tones = [0, *[interval for interval in chord.intervals if 0 < interval < 12], 12, 2, 9]
    count = max(1, int(chord.beats))
    steps = [(0.0, 0.92, 0, 0.85)]
    steps.extend((float(k), 0.92, int(rng.choice(tones[1:])), 0.75) for k in range(1, count))
    if count > 1:
        approach = int(following) + int(rng.choice([-1, 1, 2, -2]))
        steps[-1] = (float(count - 1), 0.9, approach, 0.75)
    if rng.random() < 0.2 and count > 2:
        steps.append((1.5, 0.3, int(rng.choice(tones)), 0.5))
    return steps


def _two_feel(rng: np.random.Generator, chord: Chord, following: float) -> list[_Step]:
    del following
    half = max(1.0, chord.beats / 2)
    steps = [(0.0, half * 0.9, 0, 0.85)]
    if chord.beats >= 2:
        steps.append((half, half * 0.85, int(rng.choice([7, -5, -5, 0])), 0.75))
    return steps


def _boogie(rng: np.random.Generator, chord: Chord, following: float) -> list[_Step]:
    del rng, following
    line = (0, 4, 7, 9, 10, 9, 7, 4)
    return [(k * 0.5, 0.45, line[k % 8] if k % 2 == 0 else line[(k - 1) % 8], 0.8) for k in range(int(chord.beats * 2))]


def _sixteenths(
    palette: tuple[int, ...], density: float, slap: bool
) -> Callable[[np.random.Generator, Chord, float], list[_Step]]:
    def play(rng: np.random.Generator, chord: Chord, following: float) -> list[_Step]:
        del following
        steps: list[_Step] = [(0.0, 0.4, 0, 0.95)]
        for k in range(1, int(chord.beats * 4)):
            if rng.random() < density * (1.3 if k % 4 == 3 else 1.0):
                interval = int(rng.choice(palette))
                pops = slap and interval == 12
                steps.append(
                    (
                        k * 0.25,
                        float(rng.choice([0.12, 0.2, 0.24, 0.4])),
                        interval,
                        1.0 if pops else float(rng.uniform(0.45, 0.85)),
                    )
                )
        return steps

    return play


def _reggae(rng: np.random.Generator, chord: Chord, following: float) -> list[_Step]:
    del following
    fifth = int(rng.choice([7, -5, 12]))
    line = [
        (0.0, 0.6, 0, 0.95),
        (1.5, 0.4, 0, 0.8),
        (2.0, 0.6, fifth, 0.85),
        (3.0, 0.4, chord.intervals[1], 0.75),
        (3.5, 0.4, 0, 0.75),
    ]
    drop = int(rng.integers(len(line)))
    return [step for index, step in enumerate(line) if step[0] < chord.beats and index != drop]


def _tumbao(rng: np.random.Generator, chord: Chord, following: float) -> list[_Step]:
    del rng
    if chord.beats < 4:
        return [(0.0, 0.9, 0, 0.8)]
    return [(0.0, 0.5, 0, 0.6), (1.5, 1.3, 7, 0.85), (3.0, 0.95, int(following), 0.9)]


def _melodic(rng: np.random.Generator, chord: Chord, following: float) -> list[_Step]:
    steps: list[_Step] = [(0.0, 0.9, 0, 0.9)]
    beat = float(rng.choice([1.0, 1.5]))
    tones = [0, 7, 12, *chord.intervals[1:], 2, -5]
    while beat < chord.beats - 0.4:
        length = float(rng.choice([0.5, 0.5, 1.0, 0.25]))
        steps.append((beat, length * 0.92, int(rng.choice(tones)), float(rng.uniform(0.6, 0.85))))
        beat += length
    if rng.random() < 0.5 and chord.beats > 2:
        steps[-1] = (steps[-1][0], steps[-1][1], int(following) - int(np.sign(following)), 0.7)
    return steps


def _pattern(grid: tuple[float, ...]) -> Callable[[np.random.Generator, Chord, float], list[_Step]]:
    def play(rng: np.random.Generator, chord: Chord, following: float) -> list[_Step]:
        onsets = [onset for onset in grid if onset < chord.beats] or [0.0]
        ends = [*onsets[1:], chord.beats]
        gate = float(rng.uniform(0.6, 0.98))
        steps = [
            (onset, (end - onset) * gate, 0, 0.85 if onset % 1 == 0 else 0.75)
            for onset, end in zip(onsets, ends, strict=True)
        ]
        if rng.random() < 0.5 and len(steps) > 1:
            beat, length, _, velocity = steps[-1]
            steps[-1] = (beat, length, int(rng.choice([7, 12, -5, 10, int(following)])), velocity)
        return steps

    return play


_GRIDS: tuple[tuple[float, ...], ...] = (
    (0, 1.5, 2),
    (0, 0.75, 1.5, 2.5, 3),
    (0, 0.5, 1.5, 2, 3.5),
    (0, 1.5, 3),
    (0, 0.75, 2, 2.75, 3.5),
    (0, 2.5, 3),
    (0, 1, 1.5, 2.5, 3.5),
    (0, 0.75, 1.5, 2.25, 3, 3.5),
    (0, 1.75, 2.5),
    (0, 2, 2.5, 3.5),
)
_SYNCOPATED: tuple[tuple[float, ...], ...] = (
    (0, 0.75, 1.5),
    (0, 1.75, 2.5, 3.25),
    (0, 0.25, 1.5, 2.75),
    (0, 2.5, 3.5),
    (0, 1.5, 3.75),
    (0, 0.75, 2.75),
)
_PLAYERS: dict[str, Callable[[np.random.Generator, Chord, float], list[_Step]]] = {
    "roots8": _roots(0.5, 0.93),
    "roots16": _roots(0.25, 0.85),
    "whole": _whole,
    "octaves": _octaves,
    "offbeat": _offbeat,
    "gallop": _gallop,
    "arp": _arp,
    "walking": _walking,
    "two_feel": _two_feel,
    "boogie": _boogie,
    "funk": _sixteenths((0, 0, 12, 10, 7, -2, 0), 0.42, slap=False),
    "slap": _sixteenths((0, 0, 12, 12, 0, 10), 0.5, slap=True),
    "reggae": _reggae,
    "tumbao": _tumbao,
    "melodic": _melodic,
    "acid": _sixteenths((0, 0, 0, 12, 3, -2, 1), 0.75, slap=False),
}


def _root_pitch(chord: Chord, register: int) -> int:
    """The root of a chord within the octave above the register."""
    return register + (chord.root - register) % 12


def _follow_kick(plan: Plan, chord: Chord, kicks: list[float]) -> list[_Step]:
    start = plan.time_s(chord.start_beat)
    beat_s = 60.0 / plan.tempo_bpm
    onsets = sorted(
        {round((kick - start) / beat_s * 4) / 4 for kick in kicks if -0.03 <= kick - start < chord.beats * beat_s - 0.1}
    ) or [0.0]
    ends = [*onsets[1:], chord.beats]
    return [(max(0.0, onset), min(1.5, end - onset) * 0.9, 0, 0.85) for onset, end in zip(onsets, ends, strict=True)]


class Bassist:
    """Plays one pattern per kind of section; locks with the kicks where the pattern says so."""

    def __init__(self, plan: Plan, patterns: tuple[str, ...], register: int, kicks: list[float]) -> None:
        self._plan = plan
        self._rng = plan.generator("bassist")
        self._patterns = patterns
        self._home = str(self._rng.choice(patterns))
        self._register = register
        self._kicks = kicks
        self._slides = float(self._rng.choice([0.0, 0.03, 0.1]))
        self._looseness_s = float(self._rng.choice([0.0, 0.003, 0.007]))

    def play(self) -> list[Note]:
        """The notes of the whole song, one at a time."""
        notes: list[Note] = []
        for section in self._plan.sections:
            if "bass" not in section.silent:
                notes.extend(self._section(section))
        return [
            Note(
                note.start_s,
                max(0.03, min(note.duration_s, following.start_s - note.start_s)),
                note.pitch,
                note.velocity,
                note.slide,
            )
            for note, following in zip(notes, [*notes[1:], Note(1e9, 1, 40, 1)], strict=True)
        ]

    def _section(self, section: Section) -> list[Note]:
        plan = self._plan
        rng = plan.generator("bass", section.name)
        name = self._home if rng.random() < 0.75 else str(rng.choice(self._patterns))
        grids = _SYNCOPATED if name == "syncopated" else _GRIDS
        player = _PLAYERS.get(name) or _pattern(grids[int(rng.integers(len(grids)))])
        frozen = (
            int(rng.integers(2**31))
            if name in {"arp", "acid", "slap", "funk", "groove"} and rng.random() < 0.7
            else None
        )
        notes: list[Note] = []
        for chord in plan.chords_of(section):
            root = _root_pitch(chord, self._register)
            following = _root_pitch(plan.chord_at(chord.start_beat + chord.beats), self._register) - root
            own = np.random.default_rng(frozen) if frozen is not None else rng
            steps = _follow_kick(plan, chord, self._kicks) if name == "follow_kick" else player(own, chord, following)
            notes.extend(self._notes(sorted(steps), chord, root, section.intensity))
        return notes

    def _notes(self, steps: list[_Step], chord: Chord, root: int, intensity: float) -> list[Note]:
        plan, rng = self._plan, self._rng
        notes = []
        for beat, length, interval, velocity in steps:
            if beat >= chord.beats:
                continue
            start = plan.time_s(chord.start_beat + beat)
            duration = plan.time_s(chord.start_beat + min(beat + length, chord.beats)) - start
            pitch = root + interval
            while pitch < LOWEST_PITCH:
                pitch += 12
            slide = float(rng.choice([-2, -5, -12, 2])) if rng.random() < self._slides else 0.0
            loud = float(np.clip(velocity * (0.8 + 0.2 * intensity) * (1 + rng.normal(0, 0.06)), 0.1, 1.0))
            notes.append(
                Note(
                    max(0.0, start + float(rng.normal(0, 1)) * self._looseness_s),
                    max(0.04, duration),
                    pitch,
                    loud,
                    slide,
                )
            )
        return notes


def kick_times(hits: list[Hit]) -> list[float]:
    """The times of the kick drum, which many bass lines follow."""
    return [hit.time_s for hit in hits if hit.piece == "kick"]
