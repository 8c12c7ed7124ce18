"""The plan of one song: tempo, key, chords, sections and who plays in which of them."""

from __future__ import annotations

from dataclasses import dataclass, replace

import numpy as np

from inference.training.synthesis.genres import GENRES

NOTE_NAMES = ("C", "C#", "D", "Eb", "E", "F", "F#", "G", "Ab", "A", "Bb", "B")
MODES: dict[str, tuple[int, ...]] = {
    "major": (0, 2, 4, 5, 7, 9, 11),
    "minor": (0, 2, 3, 5, 7, 8, 10),
    "dorian": (0, 2, 3, 5, 7, 9, 10),
    "mixolydian": (0, 2, 4, 5, 7, 9, 10),
    "phrygian": (0, 1, 3, 5, 7, 8, 10),
}
_DEGREES = {"i": 0, "ii": 1, "iii": 2, "iv": 3, "v": 4, "vi": 5, "vii": 6}
_MAJOR_SCALE = MODES["major"]
_QUALITIES: dict[str, tuple[int, ...]] = {
    "": (0, 4, 7),
    "m": (0, 3, 7),
    "7": (0, 4, 7, 10),
    "maj7": (0, 4, 7, 11),
    "m7": (0, 3, 7, 10),
    "sus4": (0, 5, 7),
    "sus2": (0, 2, 7),
    "dim": (0, 3, 6),
    "9": (0, 4, 7, 10, 14),
    "m9": (0, 3, 7, 10, 14),
    "maj9": (0, 4, 7, 11, 14),
    "m7b5": (0, 3, 6, 10),
    "add9": (0, 4, 7, 14),
    "madd9": (0, 3, 7, 14),
    "6": (0, 4, 7, 9),
    "m6": (0, 3, 7, 9),
    "13": (0, 4, 10, 14, 21),
}
_FORMS = (
    ("intro", "verse", "chorus", "verse", "bridge", "chorus", "outro"),
    ("intro", "verse", "verse", "chorus", "solo", "chorus"),
    ("verse", "chorus", "verse", "chorus", "bridge", "chorus"),
    ("intro", "verse", "chorus", "breakdown", "chorus", "outro"),
    ("chorus", "verse", "chorus", "solo", "verse", "chorus"),
    ("intro", "verse", "bridge", "chorus", "verse", "chorus"),
)
_INTENSITY = {"intro": 0.5, "verse": 0.6, "chorus": 0.95, "bridge": 0.7, "solo": 0.85, "breakdown": 0.4, "outro": 0.7}


@dataclass(frozen=True, slots=True)
class Chord:
    """A chord of the plan: position and length in beats, root and bass as pitch classes, intervals above the root."""

    start_beat: float
    beats: float
    root: int
    intervals: tuple[int, ...]
    name: str

    def pitch_classes(self) -> tuple[int, ...]:
        """The pitch classes of the chord, root first."""
        return tuple((self.root + interval) % 12 for interval in self.intervals)


@dataclass(frozen=True, slots=True)
class Section:
    """A stretch of bars with one character; `silent` names the roles that pause."""

    name: str
    start_bar: int
    bars: int
    intensity: float
    silent: frozenset[str] = frozenset()


@dataclass(frozen=True, slots=True)
class Plan:
    """Everything the players agree on before they play."""

    seed: int
    genre: str
    tempo_bpm: float
    beats_per_bar: int
    swing: float
    swing_unit: float
    tonic: int
    mode: str
    sections: tuple[Section, ...]
    chords: tuple[Chord, ...]
    length_s: float

    @property
    def scale(self) -> tuple[int, ...]:
        """Pitch classes of the key, tonic first."""
        return tuple((self.tonic + step) % 12 for step in MODES[self.mode])

    def time_s(self, beat: float) -> float:
        """Seconds from the start of the song to a position in beats, swing applied."""
        unit = self.swing_unit * 2.0
        whole, part = divmod(beat, unit)
        part /= unit
        late = part * 2.0 * self.swing if part < 0.5 else self.swing + (part - 0.5) * 2.0 * (1.0 - self.swing)
        return LEAD_IN_S + (whole + late) * unit * 60.0 / self.tempo_bpm

    def chord_at(self, beat: float) -> Chord:
        """The chord that sounds at a position in beats; the last one beyond the end."""
        for chord in self.chords:
            if chord.start_beat <= beat + 1e-6 < chord.start_beat + chord.beats:
                return chord
        return self.chords[-1]

    def chords_of(self, section: Section) -> list[Chord]:
        """The chords that start within a section."""
        first = section.start_bar * self.beats_per_bar
        last = first + section.bars * self.beats_per_bar
        return [chord for chord in self.chords if first - 1e-6 <= chord.start_beat < last - 1e-6]

    def generator(self, *names: str) -> np.random.Generator:
        """A random generator of its own for each list of names, the same for the same seed on every machine."""
        return generator(self.seed, *names)


LEAD_IN_S = 0.08


def generator(seed: int, *names: str) -> np.random.Generator:
    """A random generator that depends on the seed and the names alone."""
    words = [seed]
    for name in names:
        words.extend((len(name), *name.encode()))
    return np.random.default_rng(words)


def parse_chord(token: str, tonic: int) -> tuple[int, tuple[int, ...]]:
    """Root pitch class and intervals of a roman numeral such as `bVII`, `vi`, `V7`, `IVmaj7` (degrees of major).

    Raises ValueError when the numeral or the quality is unknown.
    """
    shift = 0
    rest = token
    while rest[:1] in {"b", "#"}:
        shift += -1 if rest[0] == "b" else 1
        rest = rest[1:]
    length = 0
    while length < len(rest) and rest[length] in "ivIV":
        length += 1
    numeral, quality = rest[:length], rest[length:]
    if numeral.lower() not in _DEGREES:
        raise ValueError(f"no such degree: {token}")
    if numeral.islower() and not quality.startswith(("m", "dim", "sus")):
        quality = {"": "m", "7": "m7", "9": "m9", "add9": "madd9", "6": "m6"}.get(quality, quality)
    if quality not in _QUALITIES:
        raise ValueError(f"no such chord quality: {token}")
    return (tonic + _MAJOR_SCALE[_DEGREES[numeral.lower()]] + shift) % 12, _QUALITIES[quality]


def _chords(
    rng: np.random.Generator, options: tuple[str, ...], sections: tuple[Section, ...], tonic: int, beats: int
) -> tuple[Chord, ...]:
    progressions: dict[str, list[str]] = {}
    chords: list[Chord] = []
    for section in sections:
        kind = section.name if section.name not in {"intro", "outro", "solo", "breakdown"} else "verse"
        if kind not in progressions:
            progressions[kind] = options[int(rng.integers(len(options)))].split()
        tokens = progressions[kind]
        bar = 0
        while bar < section.bars:
            names = tokens[bar % len(tokens)].split(",")
            for position, token in enumerate(names):
                root, intervals = parse_chord(token, tonic)
                start = (section.start_bar + bar + position / len(names)) * beats
                chords.append(Chord(start, beats / len(names), root, intervals, token))
            bar += 1
    return tuple(chords)


def _sections(rng: np.random.Generator, bars_wanted: int, roles: list[str]) -> tuple[Section, ...]:
    form = _FORMS[int(rng.integers(len(_FORMS)))]
    long_bars = 8 if bars_wanted > 26 else 4
    sections: list[Section] = []
    bar = 0
    position = 0
    while bar < bars_wanted:
        name = form[position % len(form)]
        bars = long_bars if name in {"verse", "chorus", "solo"} else 4
        bars = max(2, min(bars, bars_wanted - bar))
        intensity = float(np.clip(_INTENSITY[name] + rng.normal(0.0, 0.08), 0.3, 1.0))
        sections.append(Section(name, bar, bars, intensity, _silent(rng, name, roles)))
        bar += bars
        position += 1
    return tuple(sections)


def _silent(rng: np.random.Generator, name: str, roles: list[str]) -> frozenset[str]:
    odds = {"intro": 0.35, "verse": 0.12, "chorus": 0.02, "bridge": 0.25, "solo": 0.05, "breakdown": 0.5, "outro": 0.2}
    silent = {role for role in roles if rng.random() < odds[name]}
    if rng.random() < 0.05:  # the rhythm section alone
        silent.update(role for role in roles if role.startswith("layer"))
    if silent == set(roles):
        silent.discard(roles[int(rng.integers(len(roles)))])
    return frozenset(silent)


def compose(seed: int, roles: list[str], genre: str | None = None) -> Plan:
    """The plan of the song of this seed: the same plan for the same seed and roles."""
    rng = generator(seed, "plan")
    name = genre or choose_genre(seed)
    style = GENRES[name]
    low, high = style.tempo_bpm
    tempo = float(np.round(rng.uniform(low, high), 1))
    beats = 3 if rng.random() < style.waltz else 4
    tonic = int(rng.integers(12))
    mode = style.modes[int(rng.integers(len(style.modes)))]
    swing = float(rng.uniform(*style.swing)) if style.swing[1] > 0.5 and rng.random() < style.swing_odds else 0.5
    bar_s = beats * 60.0 / tempo
    bars = max(8, round(float(rng.uniform(60.0, 84.0)) / bar_s))
    sections = _sections(rng, bars, roles)
    bars = sum(section.bars for section in sections)
    plan = Plan(
        seed,
        name,
        tempo,
        beats,
        swing,
        style.swing_unit,
        tonic,
        mode,
        sections,
        _chords(rng, style.progressions(mode), sections, tonic, beats),
        bars * bar_s + LEAD_IN_S + 2.0,
    )
    if rng.random() < 0.12:  # the last chorus a tone higher, as in many ballads
        plan = _raise_last_chorus(plan, int(rng.integers(1, 3)))
    return plan


def _raise_last_chorus(plan: Plan, semitones: int) -> Plan:
    start = plan.sections[-1].start_bar * plan.beats_per_bar
    chords = tuple(
        replace(chord, root=(chord.root + semitones) % 12) if chord.start_beat >= start - 1e-6 else chord
        for chord in plan.chords
    )
    return replace(plan, chords=chords)


def choose_genre(seed: int) -> str:
    """The genre of the song of this seed, drawn by the weights of the genre table."""
    rng = generator(seed, "genre")
    names = sorted(GENRES)
    weights = np.array([GENRES[name].weight for name in names])
    return names[int(rng.choice(len(names), p=weights / weights.sum()))]
