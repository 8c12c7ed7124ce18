"""Sounds of which tempo, beats and key are known."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from services.separation.audio.mix_analysis import MixAnalysis, MixFindings
from services.separation.audio.properties import AudioProperties

TONICS = ("C", "C#", "D", "Eb", "E", "F", "F#", "G", "Ab", "A", "Bb", "B")


def integers(sound: NDArray[np.float64], properties: AudioProperties) -> NDArray[np.int32]:
    """float64 `[n]`, full scale 1.0, as int32 `[n, channels]`."""
    scaled = np.clip(np.rint(sound * properties.full_scale), properties.sample_min, properties.sample_max)
    return np.repeat(scaled.astype(np.int32)[:, None], properties.channels, axis=1)


def clicks(bpm: float, seconds: float, rate_hz: int, first_s: float = 0.37) -> tuple[NDArray[np.float64], list[float]]:
    """Short bursts over faint noise, and when each begins."""
    generator = np.random.default_rng(7)
    sound = generator.standard_normal(round(seconds * rate_hz)) * 0.003
    times_s = [float(at) for at in np.arange(first_s, seconds - 0.5, 60 / bpm)]
    length = round(0.03 * rate_hz)
    burst = np.exp(-np.arange(length) * (200 / rate_hz)) * generator.standard_normal(length) * 0.5
    for at in times_s:
        begin = round(at * rate_hz)
        sound[begin : begin + length] += burst
    return sound, times_s


def cadence(tonic: int, mode: str, detuned_semitones: float = 0.0, rate_hz: int = 22_050) -> NDArray[np.float32]:
    """Three times around a progression in a key, each chord a second: I V vi IV, or i iv V i."""
    chords = (
        [(0, 4, 7), (7, 11, 14), (9, 12, 16), (5, 9, 12)]
        if mode == "major"
        else [(0, 3, 7), (5, 8, 12), (7, 11, 14), (0, 3, 7)]
    )
    bars = [
        sum(_tone(48 + tonic + note, detuned_semitones, rate_hz) for note in (*chord, chord[0] - 12))
        for chord in chords
    ]
    return np.tile(np.concatenate(bars), 3).astype(np.float32)


def _tone(pitch: int, detuned_semitones: float, rate_hz: int) -> NDArray[np.float64]:
    seconds = np.arange(rate_hz) / rate_hz
    hertz = 440 * 2 ** ((pitch + detuned_semitones - 69) / 12)
    partials = [np.sin(2 * np.pi * hertz * number * seconds) / number for number in range(1, 6)]
    result: NDArray[np.float64] = np.sum(partials, axis=0) * np.exp(-1.5 * seconds) * 0.05
    return result


def not_given_up(part: str, fault: Exception) -> None:
    """Where nothing may fail."""
    raise AssertionError(part) from fault


def heard(song: NDArray[np.int32], properties: AudioProperties, block_samples: int = 65_536) -> MixFindings:
    """The findings of a mix that comes in blocks."""
    analysis = MixAnalysis(properties, not_given_up)
    for at in range(0, len(song), block_samples):
        analysis.feed(song[at : at + block_samples])
    return analysis.finish()
