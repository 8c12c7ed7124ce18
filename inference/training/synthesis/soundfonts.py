"""Renders one part with FluidSynth and a General MIDI soundfont, within this process (libfluidsynth through ctypes)."""

from __future__ import annotations

import ctypes
import os
from functools import lru_cache

import numpy as np

from inference.training.synthesis.effects import SAMPLE_RATE, Samples
from inference.training.synthesis.events import Hit, Note

FONTS = (  # both MIT: see rights.py
    os.environ.get("STRIPSESSION_SOUNDFONT_A", "/usr/share/sounds/sf3/MuseScore_General_Lite.sf3"),
    os.environ.get("STRIPSESSION_SOUNDFONT_B", "/usr/share/sounds/sf2/FluidR3_GM.sf2"),
)
_BEND_RANGE_SEMITONES = 12
_DRUM_KEYS = {
    "kick": 36,
    "snare": 38,
    "sidestick": 37,
    "hat_closed": 42,
    "hat_pedal": 44,
    "hat_open": 46,
    "hat_loose": 46,
    "ride": 51,
    "bell": 53,
    "crash": 49,
    "crash2": 57,
    "china": 52,
    "tom_high": 48,
    "tom_mid": 45,
    "tom_low": 41,
    "clap": 39,
    "tambourine": 54,
    "shaker": 70,
    "conga_high": 63,
    "conga_low": 64,
    "cowbell": 56,
    "bongo_high": 60,
    "bongo_low": 61,
    "claves": 75,
    "rim": 37,
    "brush": 38,
}


class _Synthesiser:
    """One FluidSynth instance with both fonts loaded; samples load when a program is selected."""

    def __init__(self) -> None:
        library = ctypes.CDLL("libfluidsynth.so.3")
        library.new_fluid_settings.restype = ctypes.c_void_p
        library.new_fluid_synth.restype = ctypes.c_void_p
        library.fluid_synth_set_gain.argtypes = [ctypes.c_void_p, ctypes.c_float]
        library.fluid_settings_setnum.argtypes = [ctypes.c_void_p, ctypes.c_char_p, ctypes.c_double]
        library.fluid_settings_setint.argtypes = [ctypes.c_void_p, ctypes.c_char_p, ctypes.c_int]
        settings = ctypes.c_void_p(library.new_fluid_settings())
        library.fluid_settings_setnum(settings, b"synth.sample-rate", SAMPLE_RATE)
        for name, value in (
            (b"synth.dynamic-sample-loading", 1),
            (b"synth.polyphony", 128),
            (b"synth.threadsafe-api", 0),
            (b"synth.reverb.active", 0),
            (b"synth.chorus.active", 0),
        ):
            library.fluid_settings_setint(settings, name, value)
        self.library = library
        self.synth = ctypes.c_void_p(library.new_fluid_synth(settings))
        library.fluid_synth_set_gain(self.synth, 0.6)
        self.fonts = [int(library.fluid_synth_sfload(self.synth, path.encode(), 0)) for path in FONTS]
        if min(self.fonts) < 0:
            raise FileNotFoundError(f"soundfonts missing: {FONTS}")

    def run(
        self, channel: int, font: int, bank: int, program: int, events: list[tuple[int, int, int, int]], length: int
    ) -> Samples:
        """Render events (sample, kind 0 off / 1 on / 2 bend, key, value) on a channel as [length, 2]."""
        library, synth = self.library, self.synth
        library.fluid_synth_system_reset(synth)
        if library.fluid_synth_program_select(synth, channel, self.fonts[font], bank, program) != 0:
            library.fluid_synth_program_select(
                synth, channel, self.fonts[font], 128 if bank == 128 else 0, 0 if bank == 128 else program
            )
        library.fluid_synth_pitch_wheel_sens(synth, channel, _BEND_RANGE_SEMITONES)
        left, right = np.zeros(length, np.float32), np.zeros(length, np.float32)
        position = 0
        for sample, kind, key, value in [*sorted(events), (length, 3, 0, 0)]:
            until = min(length, sample)
            if until > position:
                library.fluid_synth_write_float(
                    synth,
                    until - position,
                    left.ctypes.data_as(ctypes.c_void_p),
                    position,
                    1,
                    right.ctypes.data_as(ctypes.c_void_p),
                    position,
                    1,
                )
                position = until
            if kind == 0:
                library.fluid_synth_noteoff(synth, channel, key)
            elif kind == 1:
                library.fluid_synth_noteon(synth, channel, key, value)
            elif kind == 2:
                library.fluid_synth_pitch_bend(synth, channel, value)
        return np.stack([left, right], axis=1)


@lru_cache(maxsize=1)
def _synthesiser() -> _Synthesiser:
    return _Synthesiser()


def _bend_events(note: Note) -> list[tuple[int, int, int, int]]:
    """A glide into the note's pitch in 12 steps, and the wheel back to its centre."""
    seconds = min(0.2, note.duration_s * 0.5)
    return [
        (
            int((note.start_s + seconds * step / 12) * SAMPLE_RATE),
            2,
            0,
            int(np.clip(8192 + 8191 * note.slide * (1 - step / 12) / _BEND_RANGE_SEMITONES, 0, 16383)),
        )
        for step in range(13)
    ]


def vibrato_events(notes: list[Note], depth: float, rate_hz: float) -> list[tuple[int, int, int, int]]:
    """Pitch wheel movements that sway notes longer than 0.4 s, `depth` in semitones."""
    events = []
    for note in notes:
        steps = int((note.duration_s - 0.3) * 40)
        for step in range(steps):
            time = 0.3 + step / 40
            sway = depth * min(1.0, (time - 0.3) / 0.3) * np.sin(2 * np.pi * rate_hz * time)
            events.append(
                (int((note.start_s + time) * SAMPLE_RATE), 2, 0, int(8192 + 8191 * sway / _BEND_RANGE_SEMITONES))
            )
        if steps > 0:
            events.append((int((note.start_s + note.duration_s) * SAMPLE_RATE) - 1, 2, 0, 8192))
    return events


def render_notes(notes: list[Note], length: int, program: int, font: int, vibrato: float = 0.0) -> Samples:
    """One part as [length, 2]; `vibrato` in semitones suits single lines only."""
    events: list[tuple[int, int, int, int]] = []
    for note in notes:
        start = int(note.start_s * SAMPLE_RATE)
        end = start + max(256, int((note.duration_s * (0.35 if note.muted else 1.0)) * SAMPLE_RATE) - 64)
        events.append((start, 1, note.pitch, int(np.clip(20 + 107 * note.velocity, 1, 127))))
        events.append((end, 0, note.pitch, 0))
        if note.slide:
            events.extend(_bend_events(note))
    if vibrato:
        events.extend(vibrato_events(notes, vibrato, 5.3))
    return _synthesiser().run(0, font, 0, program, events, length)


def render_hits(hits: list[Hit], length: int, kit: int, font: int) -> Samples:
    """Drum hits with a kit of the font (program of bank 128) as [length, 2]."""
    events: list[tuple[int, int, int, int]] = []
    for hit in hits:
        start = int(hit.time_s * SAMPLE_RATE)
        key = _DRUM_KEYS[hit.piece]
        events.append((start, 1, key, int(np.clip(10 + 117 * hit.velocity, 1, 127))))
        events.append((start + 8000, 0, key, 0))
    return _synthesiser().run(9, font, 128, kit, events, length)
