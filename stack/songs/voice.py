"""The singer: harmonics of a gliding, trembling pitch, weighed by the formants of vowels; breath and consonants."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from stack.songs.sound import RATE, Samples, band, edges, place, smooth

# The singer's muscles move slowly: what they do is drawn at this interval, and interpolated.
STEP = 64
STEPS_PER_S = RATE / STEP
PARTIALS = 36
CEILING_HZ = 9500.0

# Resonances (frequency, strength in dB, width), rounded from what phonetics textbooks give for a mezzo-soprano.
FORMANTS = {
    "oo": ((370, 0, 90), (800, -9, 100), (2650, -20, 160), (3300, -25, 200)),
    "oh": ((480, 0, 90), (860, -6, 110), (2800, -17, 160), (3400, -21, 200)),
    "ah": ((820, 0, 120), (1250, -4, 130), (2850, -10, 170), (3700, -15, 220)),
    "eh": ((620, 0, 110), (1850, -9, 140), (2750, -10, 170), (3700, -15, 220)),
    "l": ((380, -5, 90), (1150, -17, 140), (2750, -26, 180), (3500, -32, 220)),
    "m": ((270, -6, 80), (1050, -30, 200), (2300, -34, 250), (3300, -40, 300)),
}
# How long before its beat a consonant starts, in seconds.
LEADS_S = {"": 0.0, "d": 0.045, "h": 0.11, "l": 0.085, "m": 0.1, "s": 0.13}


@dataclass(frozen=True)
class Sung:
    """One sung note: when it starts and ends (seconds), its MIDI pitch, vowel, consonant ("" is tied) and loudness."""

    start_s: float
    end_s: float
    pitch: float
    vowel: str
    onset: str = ""
    loudness: float = 1.0


def sing(notes: list[Sung], length_samples: int, chance: np.random.Generator) -> Samples:
    """A mono voice [length_samples] that sings the notes, which follow one another in time."""
    steps = length_samples // STEP + 2
    at = np.arange(steps) * STEP
    pitch, loudness = _pitch(notes, steps, chance), _loudness(notes, steps, chance)
    mouth = _mouth(notes, steps)
    fine = np.arange(length_samples)
    frequency = 440.0 * 2.0 ** ((np.interp(fine, at, pitch) - 69.0) / 12.0)
    phase = 2 * np.pi * np.cumsum(frequency) / RATE
    tones = _tones(pitch, mouth) * loudness
    out = np.zeros(length_samples)
    # sin(k x) = 2 cos(x) sin((k-1) x) - sin((k-2) x): one sine and one cosine give every partial.
    twice_cosine, before, now = 2 * np.cos(phase), np.zeros(length_samples), np.sin(phase)
    for tone in tones:
        out += np.interp(fine, at, tone) * now
        before, now = now, twice_cosine * now - before
    breath = band(chance.standard_normal(length_samples), 1500, 7000)
    out += 0.010 * np.interp(fine, at, smooth(loudness, 15)) * breath
    noises = np.zeros((2, length_samples))
    for note in notes:
        _consonant(noises, note, chance)
    return np.asarray(out + noises[0], np.float64)


def _step(time_s: float) -> int:
    return max(0, round(time_s * STEPS_PER_S))


def _pitch(notes: list[Sung], steps: int, chance: np.random.Generator) -> Samples:
    """MIDI pitch at each step: glides between notes, a vibrato that arrives late, a little unrest."""
    pitch = np.full(steps, float(notes[0].pitch))
    depth = np.zeros(steps)
    for note in notes:
        start, end = _step(note.start_s - 0.05), _step(note.end_s)
        pitch[start:] = note.pitch
        since_s = np.arange(max(0, min(end, steps) - start)) / STEPS_PER_S
        depth[start : start + since_s.size] = np.clip((since_s - 0.28) / 0.4, 0, 1)
        if note.onset in {"h", "d"}:
            # Singers scoop up into a note they attack.
            scoop = -0.7 * np.exp(-np.arange(steps - start) / STEPS_PER_S / 0.05)
            pitch[start:] += scoop
    unrest = smooth(chance.standard_normal(steps), 60) * 0.28
    speed = 5.4 + 2.5 * smooth(chance.standard_normal(steps), 500)
    vibrato = 0.34 * smooth(depth, 60) * np.sin(2 * np.pi * np.cumsum(speed) / STEPS_PER_S)
    return smooth(pitch, 55) + vibrato + unrest


def _loudness(notes: list[Sung], steps: int, chance: np.random.Generator) -> Samples:
    """Gain at each step: notes swell in and out, tied ones join, stops leave a gap."""
    gain = np.zeros(steps)
    for note in notes:
        start, end = _step(note.start_s), _step(note.end_s)
        if note.onset in {"l", "m"}:
            lead = _step(note.start_s - LEADS_S[note.onset])
            gain[lead:start] = 0.75 * note.loudness
        gain[start:end] = note.loudness
        if note.onset in {"d", "s", "h"}:
            gain[_step(note.start_s - LEADS_S[note.onset]) : _step(note.start_s - 0.004)] = 0
        since = np.arange(end - start) / max(1, end - start)
        gain[start:end] *= 0.86 + 0.14 * np.sin(np.pi * since[: gain[start:end].size])
    return smooth(gain, 36) * (1 + 0.5 * smooth(chance.standard_normal(steps), 80))


def _mouth(notes: list[Sung], steps: int) -> Samples:
    """Weights [vowels, steps] of the mouth's positions; they slide into one another."""
    names = list(FORMANTS)
    mouth = np.zeros((len(names), steps))
    mouth[names.index(notes[0].vowel)] = 1
    for note in notes:
        start = _step(note.start_s - 0.03)
        mouth[:, start:] = 0
        mouth[names.index(note.vowel), start:] = 1
        through = {"d": "eh", "s": "eh"}.get(note.onset, note.onset)
        if through in FORMANTS:
            shut = slice(_step(note.start_s - LEADS_S[note.onset]), _step(note.start_s + 0.02))
            mouth[:, shut] = 0
            mouth[names.index(through), shut] = 1
    return np.stack([smooth(row, 48) for row in mouth])


def _tones(pitch: Samples, mouth: Samples) -> Samples:
    """Strength [PARTIALS, steps] of each partial: the throat's slope times the mouth's resonances."""
    base = 440.0 * 2.0 ** ((pitch - 69.0) / 12.0)
    partials = np.arange(1, PARTIALS + 1)[:, None]
    frequency = partials * base
    strength = np.zeros(frequency.shape)
    for weights, formants in zip(mouth, FORMANTS.values(), strict=True):
        for index, (centre_hz, strength_db, width_hz) in enumerate(formants):
            # Sopranos open the mouth as they climb, so that the first resonance never lies below the note.
            middle = np.maximum(centre_hz, base) if index == 0 else np.maximum(centre_hz, 1.3 * base * index)
            strength += weights * 10 ** (strength_db / 20) / np.sqrt(1 + ((frequency - middle) / width_hz) ** 2)
    strength /= partials**0.75
    strength[frequency > CEILING_HZ] = 0
    loud = np.sqrt(np.sum(strength**2, axis=0))
    # Four fifths of the way to equal loudness: "oo" stays a little softer than "ah".
    return np.asarray(strength / loud**0.8, np.float64)


def _consonant(noises: Samples, note: Sung, chance: np.random.Generator) -> None:
    """Add the breath of a consonant to the first row of `noises` [2, N], ending as the vowel begins."""
    shapes = {"d": (0.016, 2600, 6500, 0.16), "h": (0.12, 900, 5500, 0.07), "s": (0.115, 5200, 11000, 0.10)}
    if note.onset not in shapes:
        return
    length_s, low_hz, high_hz, gain = shapes[note.onset]
    count = round(length_s * RATE)
    noise = band(chance.standard_normal(count * 4), low_hz, high_hz)[count : 2 * count]
    rise_s = 0.002 if note.onset == "d" else 0.6 * length_s
    hiss = gain * note.loudness * noise * edges(count, rise_s, 0.3 * length_s)
    late_s = 0.03 if note.onset == "h" else 0.006
    place(noises, np.stack([hiss, hiss]), round((note.start_s + late_s) * RATE) - count)
