"""The players without a mouth: each function is one stroke or one note of an instrument, synthesised."""

from __future__ import annotations

import numpy as np

from stack.songs.sound import RATE, Samples, band, edges, hertz, pan, seconds


def kick(velocity: float, chance: np.random.Generator) -> Samples:
    """A bass drum: a sine that falls from 190 Hz to 50 Hz, and the beater's click."""
    time = seconds(round(0.42 * RATE))
    phase = 2 * np.pi * np.cumsum(50 + 140 * np.exp(-time / 0.028)) / RATE
    skin = np.tanh(1.6 * np.sin(phase) * np.exp(-time / 0.13))
    click = band(chance.standard_normal(time.size), 1800, 6500) * np.exp(-time / 0.004)
    return pan(velocity * (skin + 0.35 * click) * edges(time.size, 0.0005, 0.05), 0)


def snare(velocity: float, chance: np.random.Generator) -> Samples:
    """A snare drum: two modes of the skin and the rattle of the wires; harder strokes are brighter."""
    time = seconds(round(0.34 * RATE))
    bend = 1 + 0.25 * np.exp(-time / 0.012)
    phase = 2 * np.pi * np.cumsum(bend) / RATE
    skin = np.sin(188 * phase) * np.exp(-time / 0.07) + 0.6 * np.sin(331 * phase) * np.exp(-time / 0.045)
    wires = band(chance.standard_normal(time.size), 800, 6000 + 5000 * velocity)
    wires *= 0.55 * np.exp(-time / 0.075) + 0.45 * np.exp(-time / 0.018)
    return pan(velocity * (0.7 * skin + 1.1 * wires) * edges(time.size, 0.0007, 0.05), 0.04)


def clap(velocity: float, chance: np.random.Generator) -> Samples:
    """A few hands: four bursts of noise within 30 ms, spread over both sides."""
    time = seconds(round(0.3 * RATE))
    bursts = np.zeros((2, time.size))
    for start_s, decay_s in ((0, 0.006), (0.010, 0.006), (0.021, 0.006), (0.030, 0.06)):
        since = time - start_s
        bursts += np.where(since >= 0, np.exp(-np.maximum(since, 0) / decay_s), 0)
    noise = band(chance.standard_normal((2, time.size)), 900, 5200)
    return np.asarray(velocity * noise * bursts * edges(time.size, 0.0007, 0.05), np.float64)


def hat(velocity: float, is_open: bool, chance: np.random.Generator) -> Samples:
    """A hi-hat: six inharmonic squares and noise above 6.5 kHz, right of the middle."""
    time = seconds(round((0.34 if is_open else 0.09) * RATE))
    ratios = np.array([2.0, 3.0, 4.16, 5.43, 6.79, 8.21]) * 540 * (1 + 0.002 * chance.standard_normal(6))
    metal = np.sum(np.sign(np.sin(2 * np.pi * ratios[:, None] * time)), axis=0) / 6
    body = band(0.8 * metal + 0.6 * chance.standard_normal(time.size), 6500, 15000)
    decay_s = 0.12 if is_open else 0.022
    return pan(velocity * body * np.exp(-time / decay_s) * edges(time.size, 0.0006, 0.02), 0.28)


def crash(velocity: float, chance: np.random.Generator) -> Samples:
    """A crash cymbal: wide noise that darkens as it dies away."""
    time = seconds(round(2.6 * RATE))
    noise = chance.standard_normal((2, time.size))
    bright = band(noise, 5000, 15000) * np.exp(-time / 0.35)
    dark = band(noise, 1800, 7000) * np.exp(-time / 0.75) * (1 - np.exp(-time / 0.02))
    return np.asarray(velocity * (bright + 0.5 * dark) * edges(time.size, 0.001, 0.6), np.float64)


def tom(velocity: float, pitch: float, position: float, chance: np.random.Generator) -> Samples:
    """A tom: a falling sine of the given MIDI pitch with a breath of stick noise."""
    time = seconds(round(0.45 * RATE))
    phase = 2 * np.pi * np.cumsum(hertz(pitch) * (1 + 0.5 * np.exp(-time / 0.04))) / RATE
    skin = np.sin(phase) + 0.25 * np.sin(1.58 * phase) * np.exp(-time / 0.06)
    stick = band(chance.standard_normal(time.size), 1500, 5000) * np.exp(-time / 0.008)
    return pan(velocity * (skin * np.exp(-time / 0.15) + 0.3 * stick) * edges(time.size, 0.0007, 0.08), position)


def bass(pitch: float, length_s: float, velocity: float) -> Samples:
    """A fingered bass: sixteen partials, the higher the sooner gone, a little overdriven."""
    time = seconds(round(length_s * RATE))
    phase = 2 * np.pi * hertz(pitch) * time
    string = np.zeros(time.size)
    for partial in range(1, 17):
        # A finger a fifth of the way along the string leaves partials 5, 10 and 15 out.
        pluck = abs(np.sin(np.pi * partial / 5)) / partial
        string += pluck * np.sin(partial * phase) * np.exp(-time * (0.55 + 0.75 * (partial - 1)))
    return pan(velocity * np.tanh(1.3 * string) * edges(time.size, 0.006, 0.045), 0)


def electric_piano(pitch: float, length_s: float, velocity: float, position: float) -> Samples:
    """A tine piano: a modulated sine that mellows, and a short chime four octaves up."""
    time = seconds(round((length_s + 0.25) * RATE))
    sides = []
    for cents in (-2.5, 2.5):
        phase = 2 * np.pi * hertz(pitch + cents / 100) * time
        depth = (0.4 + 1.3 * velocity) * np.exp(-time / 0.45)
        tine = 0.12 * velocity * np.sin(14 * phase) * np.exp(-time / 0.05)
        sides.append(np.sin(phase + depth * np.sin(phase)) * np.exp(-time / 1.3) + tine)
    # Scaled by side, so that the two detuned halves stay apart.
    spread = pan(np.ones(1), position)
    return velocity * np.stack(sides) * spread * edges(time.size, 0.002, 0.24)


def pluck(pitch: float, velocity: float, position: float) -> Samples:
    """A plucked string, harp-like: each partial fades faster than the one below it."""
    time = seconds(round(1.1 * RATE))
    string = np.zeros(time.size)
    for partial in range(1, 14):
        frequency = hertz(pitch) * partial * np.sqrt(1 + 0.00012 * partial**2)
        if frequency < 14000:
            loudness = abs(np.sin(np.pi * partial * 0.27)) / partial**1.1
            string += loudness * np.sin(2 * np.pi * frequency * time) * np.exp(-time * (2.4 + 1.3 * partial))
    return pan(velocity * string * edges(time.size, 0.0015, 0.3), position)


def pad(pitches: tuple[int, ...], length_s: float, brightness: float, chance: np.random.Generator) -> Samples:
    """Slow strings: per note and side three detuned saws under a soft ceiling of `brightness` times 900 Hz."""
    time = seconds(round((length_s + 0.7) * RATE))
    table_at = np.linspace(0, 1, 4097)
    out = np.zeros((2, time.size))
    for pitch in pitches:
        for side in (0, 1):
            for cents in (-7.0, 0.5, 8.0):
                frequency = hertz(pitch + (cents + 2 * chance.standard_normal()) / 100)
                table = np.zeros(table_at.size)
                for partial in range(1, 1 + int(6000 / frequency)):
                    ceiling = 1 / (1 + (partial * frequency / (900 * brightness)) ** 2)
                    turn = chance.random()
                    table += ceiling / partial * np.sin(2 * np.pi * (partial * table_at + turn))
                out[side] += np.interp((frequency * time + chance.random()) % 1.0, table_at, table)
    return out / len(pitches) * edges(time.size, 0.35, 0.8)
