"""Sound as arrays: placing, panning, filtering and echoing samples at 44.1 kHz; numpy only."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

Samples = NDArray[np.float64]

RATE = 44100


def seconds(count: int) -> Samples:
    """The time of each of `count` samples, in seconds."""
    return np.asarray(np.arange(count) / RATE, np.float64)


def hertz(pitch: float) -> float:
    """The frequency of a MIDI pitch: 69 is the A of 440 Hz."""
    return float(440.0 * 2.0 ** ((pitch - 69.0) / 12.0))


def edges(count: int, attack_s: float, release_s: float) -> Samples:
    """A gain [count] that rises from 0 and falls back to 0 along half cosines."""
    gain = np.ones(count)
    for span_s, backwards in ((attack_s, False), (release_s, True)):
        span = min(count, max(1, round(span_s * RATE)))
        ramp = 0.5 - 0.5 * np.cos(np.pi * np.arange(span) / span)
        if backwards:
            gain[count - span :] *= ramp[::-1]
        else:
            gain[:span] *= ramp
    return gain


def band(sound: Samples, low_hz: float, high_hz: float) -> Samples:
    """The sound [..., N] between two frequencies, 24 dB an octave beyond them, without delay."""
    count = sound.shape[-1]
    frequencies = np.maximum(np.fft.rfftfreq(count, 1 / RATE), 1e-3)
    response = 1 / np.sqrt((1 + (low_hz / frequencies) ** 8) * (1 + (frequencies / high_hz) ** 8))
    return np.asarray(np.fft.irfft(np.fft.rfft(sound) * response, count), np.float64)


def pan(sound: Samples, position: float) -> Samples:
    """A mono sound [N] as stereo [2, N] of the same power, from -1 (left) to 1 (right)."""
    angle = (position + 1) * np.pi / 4
    return np.asarray(np.stack([np.cos(angle) * sound, np.sin(angle) * sound]) * np.sqrt(2), np.float64)


def place(track: Samples, sound: Samples, at: int) -> None:
    """Add a stereo sound [2, M] to a track [2, N] from sample `at` on; what does not fit is left out."""
    start = max(0, at)
    piece = sound[:, start - at : max(0, track.shape[1] - at)]
    track[:, start : start + piece.shape[1]] += piece


def room(sound: Samples, decay_s: float, width: float, chance: np.random.Generator) -> Samples:
    """What a room answers to a sound [2, N]: filtered noise that falls by 60 dB in `decay_s`; width 0 is mono."""
    count = round(decay_s * RATE)
    noise = chance.standard_normal((2, count))
    answer = width * noise + (1 - width) * noise.mean(axis=0) * np.sqrt(2)
    answer = band(answer, 250, 5500) * 10 ** (-3 * seconds(count) / decay_s)
    answer /= np.sqrt(np.sum(answer**2, axis=1, keepdims=True))
    early = round(0.018 * RATE)
    size = 1 << (sound.shape[1] + count + early).bit_length()
    wet = np.fft.irfft(np.fft.rfft(sound, size) * np.fft.rfft(answer, size), size)
    out = np.zeros_like(sound)
    out[:, early:] = wet[:, : sound.shape[1] - early]
    return out


def echoes(sound: Samples, delay_s: float, gains: tuple[float, ...]) -> Samples:
    """Repeats of a stereo sound [2, N], each `delay_s` after the last and on the other side."""
    out = np.zeros_like(sound)
    for index, gain in enumerate(gains, start=1):
        source = sound[::-1] if index % 2 else sound
        place(out, gain * source, round(index * delay_s * RATE))
    return out


def smooth(curve: Samples, width: int) -> Samples:
    """The curve [N] under a moving Hann window of `width` points, edges repeated."""
    window = np.hanning(width + 2)[1:-1]
    padded = np.pad(curve, (width // 2, width - 1 - width // 2), mode="edge")
    return np.asarray(np.convolve(padded, window / window.sum(), mode="valid"), np.float64)
