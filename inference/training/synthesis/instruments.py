"""The instruments by name: each turns the notes of a part into stereo sound with its amplifier, modulation and tone."""

from __future__ import annotations

from collections.abc import Callable
from itertools import pairwise

import numpy as np

from inference.training.synthesis import effects, soundfonts
from inference.training.synthesis.effects import SAMPLE_RATE, Samples
from inference.training.synthesis.events import Note
from inference.training.synthesis.plucked_strings import PluckedString
from inference.training.synthesis.samplers import Instrument, RecordedNotes, Sampler
from inference.training.synthesis.synthesisers import Patch, mono_synth

_Render = Callable[[list[Note], int, np.random.Generator], Samples]
_GUITARS = ("other/karoryfer-shinyguitar-electric", "other/karoryfer-emilyguitar", "other/karoryfer-blackguitar")
_PROGRAMS: dict[str, tuple[int, ...]] = {  # General MIDI programs, counted from 0; no choirs and no voices
    "piano": (0, 1, 0, 3),
    "epiano": (4, 5, 4),
    "clav": (7, 6),
    "organ": (16, 17, 18, 16, 19),
    "strings": (48, 49, 48, 44, 50),
    "brass": (61, 61, 56, 57, 62, 60),
    "brass_synth": (62, 63),
    "flute": (73, 74, 75),
    "sax": (65, 66, 64, 67),
    "trumpet": (56,),
    "muted_trumpet": (59,),
    "violin": (40, 41, 110),
    "cello": (42,),
    "clarinet": (71, 68),
    "harmonica": (22,),
    "melodica": (22, 21),
    "accordion": (21, 23),
    "mallet": (11, 12, 13, 8),
    "bells": (9, 10, 14, 112),
    "harp": (46,),
    "banjo": (105,),
    "mandolin": (25,),
    "ukulele": (24,),
    "nylon_guitar": (24,),
    "acoustic_guitar": (25, 25, 24),
    "steel_guitar": (26, 27),
    "clean_guitar": (27, 26, 28),
    "dist_guitar": (29, 30),
    "lead_guitar": (29, 30),
    "whistle": (72, 78, 79),
    "pad_synth": (88, 89, 90, 92, 93, 94, 95),
    "lead_synth": (80, 81, 82, 84, 87),
    "stab_synth": (62, 81, 90),
    "pluck_synth": (45, 108, 15, 104),
}
_REGISTERS: dict[str, tuple[int, int]] = {
    "dist_guitar": (40, 46),
    "metal_guitar": (38, 41),
    "crunch_guitar": (40, 52),
    "lead_guitar": (62, 72),
    "bells": (72, 84),
    "strings": (55, 68),
    "cello": (48, 55),
    "flute": (70, 78),
    "whistle": (72, 80),
    "pad_synth": (52, 66),
    "brass": (54, 64),
    "sax": (56, 66),
    "arp_synth": (52, 66),
    "pluck_synth": (56, 72),
    "mallet": (66, 76),
    "lead_synth": (60, 74),
    "square_lead": (60, 76),
    "violin": (64, 74),
    "trumpet": (62, 70),
    "piano": (55, 67),
    "clean_guitar": (52, 62),
}
_SINGLE_LINES = frozenset({"lead", "counter", "shred"})


def register_of(sound: str, part: str, rng: np.random.Generator) -> int:
    """The middle of the range a sound plays in, as a MIDI pitch; riffs on guitars lie low."""
    low, high = _REGISTERS.get(sound, (56, 68))
    if part in _SINGLE_LINES and sound.endswith("guitar"):
        low, high = 60, 72
    if part == "riff" and sound not in {"dist_guitar", "metal_guitar", "crunch_guitar"}:
        low, high = 48, 66
    return int(rng.integers(low, high + 1))


def _loosened(notes: list[Note], rng: np.random.Generator, spread_s: float) -> list[Note]:
    shifts = rng.normal(0, spread_s, len(notes))
    return [
        Note(max(0.0, note.start_s + float(shift)), note.duration_s, note.pitch, note.velocity, note.slide, note.muted)
        for note, shift in zip(notes, shifts, strict=True)
    ]


def _string(rng: np.random.Generator, notes: list[Note], length: int, vibrato: float = 0.0) -> Samples:
    """An electric guitar straight from its pickup: recorded notes, computed strings or a soundfont's."""
    kind = rng.random()
    if kind < 0.85:
        instrument: Instrument = (
            RecordedNotes(str(rng.choice(_GUITARS))) if kind < 0.55 else PluckedString("electric", rng)
        )
        return Sampler(instrument, rng, 0.05, vibrato).perform(notes, length)
    return effects.to_mono(soundfonts.render_notes(notes, length, int(rng.choice([26, 27, 27])), int(rng.integers(2))))


def _amplified(gain_db: tuple[float, float], doubled_odds: float) -> _Render:
    def render(notes: list[Note], length: int, rng: np.random.Generator) -> Samples:
        gain, character = float(rng.uniform(*gain_db)), float(rng.random())
        speaker = int(rng.integers(2**31))
        takes = 2 if rng.random() < doubled_odds else 1
        sides: list[Samples] = []
        for _ in range(takes):  # double tracking: two performances, one on each side
            dry = _string(rng, _loosened(notes, rng, 0.006), length, 0.0 if takes == 2 else float(rng.uniform(0, 0.4)))
            sides.append(
                effects.amplify(
                    dry, gain, character, np.random.default_rng(speaker + len(sides) * int(rng.integers(2)))
                )
            )
        if takes == 2:
            return effects.place(np.stack(sides, axis=1), 0.0, float(rng.uniform(0.4, 1.0)))
        return effects.place(sides[0], float(rng.uniform(-0.6, 0.6)))

    return render


def _clean(notes: list[Note], length: int, rng: np.random.Generator) -> Samples:
    dry = _string(rng, _loosened(notes, rng, 0.004), length)
    if rng.random() < 0.7:
        dry = effects.loudspeaker(effects.saturate(dry, float(rng.uniform(0, 8))), rng)
    if rng.random() < 0.25:
        dry = effects.tremolo(dry, float(rng.uniform(3, 8)), float(rng.uniform(0.2, 0.8)))
    if rng.random() < 0.4:
        dry = effects.compress(dry, 4.0)
    if rng.random() < 0.5:
        return effects.place(effects.chorus(dry, rng), float(rng.uniform(-0.5, 0.5)))
    return effects.place(dry, float(rng.uniform(-0.8, 0.8)))


def _wah(notes: list[Note], length: int, rng: np.random.Generator) -> Samples:
    dry = _string(rng, notes, length)
    swept = effects.sweep(dry, float(rng.uniform(350, 600)), float(rng.uniform(1500, 2800)), float(rng.uniform(0.8, 4)))
    return effects.place(
        effects.saturate(swept * np.float32(0.8) + dry * np.float32(0.2), 4.0), float(rng.uniform(-0.6, 0.6))
    )


def _acoustic(notes: list[Note], length: int, rng: np.random.Generator) -> Samples:
    doubled = rng.random() < 0.35
    recorded = RecordedNotes(
        "other/karoryfer-shinyguitar-acoustic" if rng.random() < 0.85 else "other/karoryfer-emilyguitar"
    )
    instrument: Instrument = (
        recorded if rng.random() < 0.65 else PluckedString("acoustic" if rng.random() < 0.75 else "nylon", rng)
    )
    bell = (float(rng.uniform(180, 2500)), float(rng.normal(0, 3)), 1.0)
    sides = [
        effects.equalise(
            Sampler(instrument, rng, 0.08).perform(_loosened(notes, rng, 0.005), length),
            [bell],
            -3.0,
            float(rng.uniform(0, 6)),
        )
        for _ in range(2 if doubled else 1)
    ]
    return np.stack(sides, axis=1) if doubled else effects.place(sides[0], float(rng.uniform(-0.6, 0.6)))


def _folder(name: str, release_s: float, vibrato: float = 0.0) -> _Render:
    def render(notes: list[Note], length: int, rng: np.random.Generator) -> Samples:
        sampler = Sampler(RecordedNotes(name), rng, release_s, float(rng.uniform(0.0, vibrato)))
        return effects.place(sampler.perform(notes, length), float(rng.uniform(-0.4, 0.4)))

    return render


def _section_of(name: str, players: int) -> _Render:
    """Several players of one recorded instrument, a little apart in time and place."""

    def render(notes: list[Note], length: int, rng: np.random.Generator) -> Samples:
        out = np.zeros((length, 2), dtype=np.float32)
        for _ in range(players):
            take = Sampler(RecordedNotes(name), rng, 0.12).perform(_loosened(notes, rng, 0.015), length)
            out += effects.place(take, float(rng.uniform(-0.8, 0.8)))
        return out

    return render


def _patch(kind: str) -> _Render:
    def render(notes: list[Note], length: int, rng: np.random.Generator) -> Samples:
        out = Patch(kind, rng).perform(notes, length)
        if kind == "drawbars":
            out = effects.chorus(effects.saturate(effects.to_mono(out), float(rng.uniform(0, 9))), rng, 0.0015, 1)
            return effects.tremolo(out, float(rng.choice([0.9, 6.2])), 0.35)
        if rng.random() < 0.3:
            return effects.chorus(effects.to_mono(out), rng)
        return effects.place(out, float(rng.uniform(-0.3, 0.3)), float(rng.uniform(0.3, 1.2)))

    return render


def _mono_line(kind: str) -> _Render:
    def render(notes: list[Note], length: int, rng: np.random.Generator) -> Samples:
        line = mono_synth(kind, rng, notes, length)
        if rng.random() < 0.4:
            return effects.chorus(line, rng)
        return effects.place(line, float(rng.uniform(-0.3, 0.3)))

    return render


def _programs(sound: str) -> _Render:
    def render(notes: list[Note], length: int, rng: np.random.Generator) -> Samples:
        program = int(rng.choice(_PROGRAMS[sound]))
        sustained = sound in {
            "violin",
            "cello",
            "flute",
            "sax",
            "trumpet",
            "muted_trumpet",
            "clarinet",
            "lead_synth",
            "whistle",
            "harmonica",
            "melodica",
        }
        overlapping = any(later.start_s < one.start_s + one.duration_s * 0.9 for one, later in pairwise(notes))
        vibrato = float(rng.uniform(0.0, 0.4)) if sustained and not overlapping else 0.0
        out = soundfonts.render_notes(_loosened(notes, rng, 0.004), length, program, int(rng.integers(2)), vibrato)
        if sound == "organ" and rng.random() < 0.5:
            out = effects.saturate(out, float(rng.uniform(2, 10)))
        if sound in {"epiano", "clav"} and rng.random() < 0.4:
            out = effects.tremolo(out, float(rng.uniform(2, 7)), float(rng.uniform(0.2, 0.8)))
        if sound in {"dist_guitar", "lead_guitar"}:
            out = effects.place(
                effects.amplify(effects.to_mono(out), float(rng.uniform(0, 12)), 0.3, rng),
                float(rng.uniform(-0.6, 0.6)),
            )
        return effects.place(out, float(rng.uniform(-0.4, 0.4)), float(rng.uniform(0.4, 1.1)))

    return render


_OWN: dict[str, tuple[_Render, ...]] = {  # beside the soundfonts' programs of the same name
    "dist_guitar": (_amplified((16, 30), 0.7), _amplified((16, 30), 0.7), _amplified((20, 34), 0.9)),
    "metal_guitar": (_amplified((26, 40), 1.0),),
    "crunch_guitar": (_amplified((6, 18), 0.5),),
    "lead_guitar": (_amplified((14, 34), 0.1), _amplified((18, 30), 0.1)),
    "clean_guitar": (_clean, _clean, _clean),
    "wah_guitar": (_wah,),
    "acoustic_guitar": (_acoustic, _acoustic, _acoustic),
    "steel_guitar": (_clean,),
    "piano": (_folder("other/salamander-piano", 0.15), _folder("other/salamander-piano", 0.15)),
    "cello": (_folder("other/bigcat-cello-sus", 0.12, 0.35),),
    "strings": (_section_of("other/bigcat-cello-sus", 3), _patch("pad")),
    "sax": (_folder("other/karoryfer-weresax-alto", 0.05, 0.35), _folder("other/karoryfer-weresax-alto", 0.05, 0.35)),
    "brass": (_section_of("other/karoryfer-weresax-alto", 2), _patch("stab")),
    "organ": (_patch("drawbars"), _patch("drawbars"), _patch("drawbars")),
    "pad_synth": (_patch("pad"),) * 4,
    "supersaw": (_patch("supersaw"),),
    "pluck_synth": (_patch("pluck"),) * 5,
    "arp_synth": (_patch("pluck"), _patch("stab"), _patch("supersaw")),
    "stab_synth": (_patch("stab"),) * 3,
    "fm_keys": (_patch("fm_keys"),),
    "bells": (_patch("bells"), _patch("bells")),
    "epiano": (_patch("fm_keys"),),
    "brass_synth": (_patch("stab"),),
    "lead_synth": (_mono_line("lead"),) * 3,
    "square_lead": (_mono_line("square_lead"),),
    "theremin": (_mono_line("theremin"),),
    "mandolin": (_acoustic,),
    "pizzicato": (_folder("other/bigcat-cello-pizz", 0.2),),
}
_MONOPHONIC = frozenset({"lead_synth", "square_lead", "theremin"})


def render(sound: str, part: str, notes: list[Note], length: int, rng: np.random.Generator) -> Samples:
    """A part of "other" as [length, 2], dry. Raises KeyError when the sound is unknown."""
    options: list[_Render] = list(_OWN.get(sound, ()))
    if sound in _PROGRAMS:
        options.extend([_programs(sound)] * (1 if options else 2))
    choice = options[int(rng.integers(len(options)))] if options else _programs("piano")
    if sound in _MONOPHONIC and part not in _SINGLE_LINES and part not in {"riff", "arp"}:
        choice = _patch("pluck")
    out = choice(notes, length, rng)
    if rng.random() < 0.6:
        out = effects.random_tone(out, rng, 3.0)
    if rng.random() < 0.6:  # mixes are brighter than instruments
        out = effects.equalise(
            out, [(float(rng.uniform(2500, 6000)), float(rng.uniform(0, 4)), 0.6)], 0.0, float(rng.uniform(0, 10))
        )
    return out


_BASS_FOLDERS = {
    "growly": "growlybass",
    "swag": "swagbass",
    "pasta": "pastabass-tagliatelle",
    "sneaky_finger": "sneakybass-finger",
    "sneaky_pluck": "sneakybass-pluck",
    "fashion": "fashionbass",
    "upright": "meatbass-pizz",
    "sneaky": "sneakybass-pluck",
}
# How much low shelf a bass needs before it weighs what a mixed one does (measured: fundamentals 10 dB weak).
_BASS_WEIGHT_DB = {
    "growly": 9.0,
    "swag": 9.0,
    "fashion": 9.0,
    "pasta": 5.0,
    "font_pick": 4.0,
    "font_finger": 2.0,
    "slap": 2.0,
    "computed": 8.0,
}
_BASS_PROGRAMS = {
    "font_finger": (33, 33, 35),
    "font_pick": (34,),
    "font_upright": (32,),
    "font_synth": (38, 39),
    "slap": (36, 37),
}


def render_bass(sound: str, notes: list[Note], length: int, rng: np.random.Generator) -> Samples:
    """The bass as [length, 2], in the middle; `sound` as in the genre table."""
    name, driven = (sound[: -len("_drive")], True) if sound.endswith("_drive") else (sound, False)
    if name == "slap" and rng.random() < 0.4:
        mono = Sampler(PluckedString("slap", rng), rng, 0.03).perform(notes, length)
    elif name in _BASS_PROGRAMS:
        mono = effects.to_mono(
            soundfonts.render_notes(notes, length, int(rng.choice(_BASS_PROGRAMS[name])), int(rng.integers(2)))
        )
    elif name in _BASS_FOLDERS:
        instrument: Instrument = RecordedNotes(f"bass/karoryfer-{_BASS_FOLDERS[name]}")
        if rng.random() < 0.25:
            instrument, name = PluckedString("upright" if name == "upright" else "bass", rng), "computed"
        mono = Sampler(instrument, rng, float(rng.uniform(0.02, 0.08))).perform(notes, length)
    else:
        mono = mono_synth(name, rng, notes, length)
    if name in _BASS_WEIGHT_DB:
        weight = _BASS_WEIGHT_DB[name] + float(rng.uniform(-4, 2))
        mono = effects.equalise(mono, [(float(rng.uniform(55, 85)), weight * 0.6, 0.8)], weight * 0.7)
    if driven:
        dirty = effects.amplify(mono, float(rng.uniform(10, 26)), float(rng.random()), rng)
        level = np.float32(effects.active_rms(mono) / (effects.active_rms(dirty) + 1e-6))
        mono = effects.pass_filter(mono, "lowpass", 400.0, 2) + dirty * level * np.float32(rng.uniform(0.15, 0.6))
    elif rng.random() < 0.4:
        mono = effects.saturate(mono, float(rng.uniform(1, 10)))
    if rng.random() < 0.6:
        mono = effects.compress(mono, float(rng.uniform(2, 6)), 0.015, 0.15)
    if rng.random() < 0.5:  # an amplifier's or a player's tone control
        mono = effects.pass_filter(mono, "lowpass", float(10 ** rng.uniform(2.8, 3.8)), 1)
    if rng.random() < 0.6:
        mono = effects.equalise(
            mono,
            [(float(rng.uniform(300, 1500)), float(rng.normal(0, 3)), 0.8)],
            float(rng.normal(1, 2)),
            float(rng.normal(0, 2)),
        )
    if rng.random() < 0.12 and name not in {"sub", "808"}:
        high = effects.pass_filter(mono, "highpass", 250.0, 1)
        return effects.place(mono - high, 0.0) + effects.chorus(high, rng, 0.002, 1)
    return effects.place(effects.pass_filter(mono, "highpass", 28.0, 2), 0.0)


def length_samples(seconds: float) -> int:
    """Samples in a length of time."""
    return round(seconds * SAMPLE_RATE)
