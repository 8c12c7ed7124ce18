"""What keys, strings and brass play under the song: arpeggios, comping, pads, stabs; and the table of all parts."""

from __future__ import annotations

from collections.abc import Callable

from inference.training.synthesis import guitar_parts
from inference.training.synthesis.composition import Plan
from inference.training.synthesis.events import Note
from inference.training.synthesis.melody import lead_line
from inference.training.synthesis.parts import Grid, Part, voicing

_STABS: tuple[Grid, ...] = (
    ((0, 1), (1.5, 0.8)),
    ((0.5, 0.9), (1.5, 0.9), (2.5, 0.9), (3.5, 0.9)),
    ((0, 1), (0.75, 0.9), (1.5, 0.9)),
    ((0, 0.9), (1.5, 0.9), (2.5, 0.8), (3.25, 0.8)),
    ((1.5, 1), (3.5, 1)),
    ((0, 1), (0.75, 0.8), (1.5, 0.9), (2.25, 0.8), (3, 0.9)),
    ((3, 0.9), (3.5, 1)),
)
_COMPS: tuple[Grid, ...] = (
    ((0, 0.8), (1, 0.7), (2, 0.8), (3, 0.7)),
    ((0, 0.8), (1.5, 0.7), (2.5, 0.7)),
    ((0, 0.9), (2, 0.7)),
    ((0, 0.8),),
    ((0, 0.8), (0.5, 0.5), (1.5, 0.7), (2, 0.6), (3, 0.7), (3.5, 0.5)),
    tuple((k / 2, 0.8 if k % 2 == 0 else 0.6) for k in range(8)),
)
_JAZZ: tuple[Grid, ...] = (
    ((0, 0.7), (1.5, 0.8)),
    ((1.5, 0.7), (3.5, 0.7)),
    ((0.5, 0.7), (2, 0.6)),
    ((0, 0.6), (2.5, 0.8)),
    ((1, 0.7), (3, 0.7)),
    ((3.5, 0.8),),
)


def _arpeggio(part: Part) -> None:
    unit = float(part.rng.choice([0.25, 0.5, 0.5])) if part.plan.tempo_bpm < 130 else 0.5
    shape_order = str(part.rng.choice(["up", "updown", "random"]))
    hold = float(part.rng.choice([1.0, 2.0, 4.0]))
    for chord in part.chords:
        tones = voicing(chord, part.register, 4)
        tones = [*tones, tones[0] + 12]
        cycle = {
            "up": tones,
            "updown": tones + tones[-2:0:-1],
            "random": [int(tone) for tone in part.rng.permutation(tones)],
        }[shape_order]
        for k in range(int(chord.beats / unit)):
            part.add(
                chord.start_beat + k * unit,
                min(unit * hold, chord.beats - k * unit),
                cycle[k % len(cycle)],
                0.8 if k % 4 == 0 else 0.65,
            )


def _arp(part: Part) -> None:
    """A sequencer's arpeggio: sixteenths over one to three octaves, some steps left out."""
    octaves = int(part.rng.integers(1, 4))
    mask = part.rng.random(16) < float(part.rng.uniform(0.5, 1.0))
    gate = float(part.rng.uniform(0.4, 1.2))
    unit = float(part.rng.choice([0.25, 0.25, 0.25, 0.5, 1 / 3]))
    for chord in part.chords:
        tones = [tone + 12 * octave for octave in range(octaves) for tone in voicing(chord, part.register, 3)]
        if part.rng.random() < 0.4:
            tones = tones + tones[-2:0:-1]
        for k in range(int(chord.beats / unit)):
            if mask[k % 16]:
                part.add(chord.start_beat + k * unit, unit * gate, tones[k % len(tones)], 0.85 if k % 4 == 0 else 0.7)


def _chords_on(part: Part, grid: Grid, gate: float, count: int, left_hand: bool) -> None:
    for chord in part.chords:
        tones = voicing(chord, part.register, count)
        for index, (onset, length, velocity) in enumerate(part.onsets(grid, chord)):
            for string, pitch in enumerate(tones):
                part.add(chord.start_beat + onset, length * gate, pitch, velocity, late_s=string * 0.003)
            if left_hand and (index == 0 or onset == 2):
                part.add(
                    chord.start_beat + onset, min(2.0, chord.beats - onset), 36 + (chord.root - 36) % 12, velocity * 0.8
                )


def _comp(part: Part) -> None:
    _chords_on(
        part,
        part.grid(_COMPS),
        float(part.rng.uniform(0.6, 1.0)),
        int(part.rng.integers(3, 5)),
        bool(part.rng.random() < 0.5),
    )


def _comp_jazz(part: Part) -> None:
    _chords_on(part, part.grid(_JAZZ), float(part.rng.uniform(0.3, 0.9)), 4, left_hand=False)


def _stabs(part: Part) -> None:
    _chords_on(
        part, part.grid(_STABS), float(part.rng.uniform(0.25, 0.6)), int(part.rng.integers(3, 5)), left_hand=False
    )


def _montuno(part: Part) -> None:
    grid = (0.0, 0.5, 1.0, 1.5, 2.5, 3.0, 3.5)
    for chord in part.chords:
        tones = voicing(chord, part.register, 3)
        for index, onset in enumerate(grid):
            if onset < chord.beats:
                tone = tones[index % len(tones)]
                for octave in (0, 12):
                    part.add(chord.start_beat + onset, 0.4, tone + octave, 0.85)


def _ballad(part: Part) -> None:
    """Broken chords in the left hand, sustained chords in the right."""
    unit = 0.5
    for chord in part.chords:
        root = 36 + (chord.root - 36) % 12
        left = [root, root + 7, root + 12, root + 12 + chord.intervals[1]]
        for k in range(int(chord.beats / unit)):
            part.add(
                chord.start_beat + k * unit,
                min(2.0, chord.beats - k * unit),
                left[(k if k < 4 else 4 - k % 4) % 4],
                0.7 if k else 0.85,
            )
        for pitch in voicing(chord, part.register + 5, 3):
            part.add(chord.start_beat, chord.beats, pitch, 0.7)


def _pad(part: Part) -> None:
    count = int(part.rng.integers(3, 6))
    doubles = part.rng.random() < 0.3
    for chord in part.chords:
        tones = voicing(chord, part.register, count)
        for pitch in [*tones, tones[0] + 12] if doubles else tones:
            part.add(chord.start_beat, chord.beats * 0.99, pitch, 0.7)


def _lead(busy: float, share: float) -> Callable[[Part], None]:
    def play(part: Part) -> None:
        if part.section.name not in {"solo", "intro"} and part.rng.random() > share:
            return
        low = part.register - int(part.rng.integers(4, 9))
        part.notes.extend(lead_line(part.plan, part.rng, part.section, low, low + int(part.rng.integers(12, 20)), busy))

    return play


PARTS: dict[str, Callable[[Part], None]] = {
    "strum": guitar_parts.strum,
    "funk": guitar_parts.funk,
    "skank": guitar_parts.skank,
    "bossa": guitar_parts.bossa,
    "power": guitar_parts.power,
    "chug": guitar_parts.chug,
    "riff": guitar_parts.riff,
    "boogie": guitar_parts.boogie,
    "picking": guitar_parts.picking,
    "arpeggio": _arpeggio,
    "arp": _arp,
    "comp": _comp,
    "comp_jazz": _comp_jazz,
    "stabs": _stabs,
    "montuno": _montuno,
    "ballad": _ballad,
    "pad": _pad,
    "lead": _lead(0.45, 0.6),
    "counter": _lead(0.15, 0.7),
    "shred": _lead(0.95, 0.5),
}


def play(plan: Plan, role: str, part_name: str, register: int) -> list[Note]:
    """The notes of one player over the whole song, sections of the same name alike; in time order."""
    notes: list[Note] = []
    for section in plan.sections:
        if role in section.silent:
            continue
        part = Part(plan, section, plan.generator(role, part_name, section.name), register)
        PARTS[part_name](part)
        notes.extend(part.notes)
    return sorted(notes, key=lambda note: note.start_s)
