"""One singer sings a melody: phrases, syllables for its notes, breaths; sung, rapped, shouted or whispered."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace

import numpy as np
from numpy.typing import NDArray

from inference.training.synthesis.voices.analysis import FRAME_S, RATE
from inference.training.synthesis.voices.bank import Bank
from inference.training.synthesis.voices.contour import Manner, Note, frames_of, loudness_contour, pitch_contour
from inference.training.synthesis.voices.phrasing import phrases_of, syllables
from inference.training.synthesis.voices.placement import Span, place
from inference.training.synthesis.voices.render import Timbre, breath, sound
from inference.training.synthesis.voices.units import Unit

LEAD_S = 0.25
TAIL_S = 0.15


@dataclass(frozen=True, kw_only=True)
class Voice:
    """A singer who can be asked to sing: a bank with a timbre and a manner.

    `transpose` is in semitones (octaves, mostly); `melisma` is the chance that a note goes on with the vowel before;
    `words` are the first syllables of lines that come back, so that choruses repeat their text.
    """

    bank: Bank
    timbre: Timbre
    manner: Manner
    transpose: float = 0.0
    melisma: float = 0.12
    dynamics_db: float = 3.0
    breaths: float = 0.6
    words: tuple[int, ...] = (0,)


def choose_units(bank: Bank, pitches: Sequence[float], first: int, rng: np.random.Generator) -> list[int]:
    """Indices of the syllables to sing: of speech, consecutive ones from `first`; of notes, the nearest in pitch."""
    if bank.kind != "notes":
        return [(first + index) % len(bank.units) for index in range(len(pitches))]
    chosen = []
    for pitch in pitches:
        distance = np.abs(bank.unit_pitch - pitch) + rng.uniform(0, 5, len(bank.units))
        chosen.append(int(np.argmin(distance)))
    return chosen


def sing(voice: Voice, notes: Sequence[Note], length: int, seed: int) -> NDArray[np.float32]:
    """Samples [length] at 44.1 kHz of the notes sung by a voice."""
    rng = np.random.default_rng(seed)
    track = np.zeros(length, dtype=np.float32)
    before_s = 0.0
    for number, phrase in enumerate(phrases_of(notes)):
        if phrase[0].start_s * RATE >= length:
            break
        moved = [note._replace(pitch=note.pitch + voice.transpose) for note in phrase]
        first = voice.words[number % len(voice.words)]
        rest_s = moved[0].start_s - before_s
        samples, from_s = _phrase(voice, moved, first, rest_s, rng)
        _add(track, samples, round(from_s * RATE))
        before_s = moved[-1].start_s + moved[-1].length_s
    return track


def _phrase(
    voice: Voice, notes: list[Note], first: int, rest_s: float, rng: np.random.Generator
) -> tuple[NDArray[np.float64], float]:
    """Samples of a phrase, and the second they begin at."""
    bank = voice.bank
    from_s = notes[0].start_s - LEAD_S
    end_s = notes[-1].start_s + notes[-1].length_s
    count = frames_of(end_s - from_s + TAIL_S)
    runs = syllables(notes, voice.melisma, rng)
    spans = [
        Span(
            frames_of(notes[low].start_s - from_s),
            max(
                frames_of(notes[low].start_s - from_s) + 4,
                frames_of(notes[high].start_s + notes[high].length_s - from_s),
            ),
        )
        for low, high in runs
    ]
    chosen = choose_units(bank, [notes[low].pitch for low, _ in runs], first, rng)
    units: list[Unit] = [bank.units[index] for index in chosen]
    pieces = place(spans, units, rng)
    gains = [float(bank.unit_gain[index]) for index in chosen]
    pitch = pitch_contour(notes, count, voice.manner, rng, from_s=from_s)
    gain_db = loudness_contour(notes, count, rng, from_s=from_s, depth_db=voice.dynamics_db)
    samples = sound(bank, pieces, gains, pitch, gain_db, voice.timbre)
    if rest_s > 0.45 and rng.uniform() < voice.breaths:
        seconds = min(rng.uniform(0.15, 0.4), rest_s - 0.15)
        # Drawn just before the first consonant.
        gasp = breath(bank, seconds, rng)
        room = round((pieces[0].start * FRAME_S - 0.02) * RATE)
        start = room - len(gasp)
        if start < 0:
            samples = np.concatenate([np.zeros(-start), samples])
            from_s += start / RATE
            start = 0
        samples[start : start + len(gasp)] += gasp
    return samples, from_s


def _add(track: NDArray[np.float32], samples: NDArray[np.float64], at: int) -> None:
    """Adds samples to a track at an index that may lie before its start or run past its end."""
    skip = max(0, -at)
    stop = min(len(track), at + len(samples))
    if stop > at + skip:
        track[at + skip : stop] += samples[skip : stop - at].astype(np.float32)


def rapped(notes: Sequence[Note], tempo_bpm: float, bank: Bank, rng: np.random.Generator) -> list[Note]:
    """Spoken rhythm over the melody's phrases: eighths and sixteenths near the speaker's own pitch."""
    sixteenth_s = 15.0 / tempo_bpm
    spoken: list[Note] = []
    for phrase in phrases_of(notes):
        at_s = phrase[0].start_s
        end_s = max(phrase[-1].start_s + phrase[-1].length_s, at_s + 8 * sixteenth_s)
        pitch = 0.0
        while at_s < end_s - sixteenth_s:
            step_s = sixteenth_s * float(rng.choice([1, 2, 2, 2, 3, 4] if sixteenth_s > 0.11 else [2, 2, 2, 3, 4]))
            pitch = 0.6 * pitch + rng.normal(0, 1.8)
            decline = 3.0 * (at_s - phrase[0].start_s) / (end_s - phrase[0].start_s)
            spoken.append(Note(at_s, step_s * float(rng.choice([0.95, 1.0, 0.8])), bank.pitch + 2 + pitch - decline))
            at_s += step_s
    return spoken


def another_take(voice: Voice, rng: np.random.Generator) -> Voice:
    """The same singer a second time: a little off in pitch and colour."""
    timbre = replace(voice.timbre, warp=voice.timbre.warp * float(rng.uniform(0.985, 1.015)))
    cents = float(rng.normal(0, 0.09))
    return replace(voice, timbre=timbre, transpose=voice.transpose + cents, breaths=0.0)


def rms_while_singing(samples: NDArray[np.float32]) -> float:
    """RMS over the 50 ms blocks within 30 dB of the loudest; 0 for silence. Samples [n] or [n, channels]."""
    flat = samples.reshape(len(samples), -1)
    blocks = len(flat) // 2205
    if not blocks:
        return 0.0
    power = (flat[: blocks * 2205].astype(np.float64) ** 2).reshape(blocks, -1).mean(axis=1)
    loud = power > power.max() * 10 ** (-30 / 10)
    return float(np.sqrt(power[loud].mean())) if power.max() > 0 else 0.0
