"""Instruments made of folders of single recorded notes (`notes.csv`): nearest note, velocity layers, round robin."""

from __future__ import annotations

import csv
import os
from functools import lru_cache
from pathlib import Path
from typing import Protocol

import numpy as np
import soundfile
import soxr

from inference.training.synthesis.effects import SAMPLE_RATE, Samples
from inference.training.synthesis.events import Note

RECORDINGS = Path(os.environ.get("STRIPSESSION_RECORDINGS", "../shared/data/audio/instruments-and-voices"))
_SOFT = frozenset({"p", "vl2"})
_SOURCE_LEVEL = 0.15


@lru_cache(maxsize=2048)
def recording(path: Path) -> tuple[Samples, int]:
    """A file as float32 [n] (mono) or [n, 2], and its sample rate."""
    samples, rate = soundfile.read(path, dtype="float32")
    return samples, int(rate)


def _extended(samples: Samples, seconds: float) -> Samples:
    """The note made longer by repeating its late part in phase, each time as much quieter as the part itself decays."""
    wanted = int(seconds * 48000)
    count = len(samples)
    start, end = int(count * 0.5), int(count * 0.9)
    fade = 1024
    window = samples[end - fade : end]
    if count >= wanted or count < 12000 or np.abs(window).max() < 1e-3:
        return samples
    search = samples[start - 2000 : start + 2000 + fade]
    likeness = np.correlate(search, window, mode="valid")
    loop_start = start - 2000 + int(np.argmax(likeness)) + fade
    loop = samples[loop_start:end]
    half = len(loop) // 2
    decay = min(1.0, float(np.sqrt((np.mean(loop[half:] ** 2) + 1e-12) / (np.mean(loop[:half] ** 2) + 1e-12))) ** 2)
    out = [samples[:end]]
    gain = decay
    made = end
    while made < wanted and gain > 0.01:
        ramp = np.linspace(1.0, decay, len(loop), dtype=np.float32) * np.float32(gain / decay)
        out.append(loop * ramp)
        made += len(loop)
        gain *= decay
    joined = np.concatenate(out)
    joined[-2048:] *= np.linspace(1, 0, 2048, dtype=np.float32)
    return joined


@lru_cache(maxsize=64)
def _table(folder: str) -> tuple[tuple[Path, int, bool], ...]:
    path = RECORDINGS / folder
    with (path / "notes.csv").open(newline="") as file:
        return tuple((path / row["file"], int(row["pitch"]), row["velocity"] in _SOFT) for row in csv.DictReader(file))


@lru_cache(maxsize=512)
def _source(path: Path) -> Samples:
    samples, _ = recording(path)
    mono = samples if samples.ndim == 1 else samples.mean(axis=1)
    early = mono[:24000]
    return _extended(
        np.asarray(mono * np.float32(_SOURCE_LEVEL / (np.sqrt(np.mean(early**2)) + 1e-6)), dtype=np.float32), 4.5
    )


@lru_cache(maxsize=700)
def sampled_note(folder: str, pitch: int, soft: bool, turn: int) -> Samples:
    """One note of a folder at a pitch, mono at 44.1 kHz; `turn` 1 takes the second nearest recording."""
    rows = [row for row in _table(folder) if row[2] == soft] or list(_table(folder))
    rows.sort(key=lambda row: (abs(row[1] - pitch), row[1]))
    path, recorded, _ = rows[turn if turn < len(rows) and abs(rows[turn][1] - pitch) < 7 else 0]
    ratio = 2.0 ** ((pitch - recorded) / 12.0)
    return np.asarray(soxr.resample(_source(path), 48000.0 * ratio, SAMPLE_RATE, quality="MQ"), dtype=np.float32)


def mute(samples: Samples) -> Samples:
    """A palm-muted version of a plucked note: duller with time, and short."""
    time = np.arange(len(samples), dtype=np.float32) / SAMPLE_RATE
    short = samples[: SAMPLE_RATE // 2]
    kernel = np.hanning(33).astype(np.float32)
    dull = np.convolve(short, kernel / kernel.sum(), mode="same").astype(np.float32)
    return np.asarray((dull * np.exp(-time[: len(short)] / 0.09) * np.float32(1.4)), dtype=np.float32)


def glide(samples: Samples, semitones: float, seconds: float) -> Samples:
    """The note started `semitones` away and sliding to its pitch."""
    count = len(samples)
    time = np.arange(count, dtype=np.float32) / SAMPLE_RATE
    ratio = 2.0 ** (semitones * np.clip(1 - time / seconds, 0, 1) / 12.0)
    positions = np.cumsum(ratio) - ratio[0]
    return np.asarray(np.interp(positions, np.arange(count), samples, right=0.0), dtype=np.float32)


def sway(samples: Samples, depth: float, rate_hz: float) -> Samples:
    """Vibrato that sets in after a quarter second, `depth` in semitones."""
    time = np.arange(len(samples), dtype=np.float32) / SAMPLE_RATE
    ratio = 2.0 ** (depth / 12 * np.clip((time - 0.2) / 0.3, 0, 1) * np.sin(2 * np.pi * rate_hz * time))
    return np.asarray(
        np.interp(np.cumsum(ratio) - ratio[0], np.arange(len(samples)), samples, right=0.0), dtype=np.float32
    )


class Instrument(Protocol):
    """What a sampler plays: recorded notes, or computed ones."""

    def note(self, pitch: int, soft: bool, turn: int) -> Samples:
        """One note, mono at 44.1 kHz; `turn` 0 and 1 are two strokes of the same."""


class RecordedNotes:
    """The notes of one folder as an instrument."""

    def __init__(self, folder: str) -> None:
        self._folder = folder

    def note(self, pitch: int, soft: bool, turn: int) -> Samples:
        """One note from the recordings of the folder."""
        return sampled_note(self._folder, pitch, soft, turn)


class Sampler:
    """Plays notes with an instrument, mono; `vibrato` in semitones sways notes longer than 0.4 s."""

    def __init__(
        self, instrument: Instrument, rng: np.random.Generator, release_s: float = 0.04, vibrato: float = 0.0
    ) -> None:
        self._instrument, self._rng, self._vibrato = instrument, rng, vibrato
        self._rate_hz = float(rng.uniform(4.5, 6.2))
        self._release = max(64, int(release_s * SAMPLE_RATE))
        self._soft_below = float(rng.uniform(0.3, 0.65))
        self._curve = float(rng.uniform(0.8, 1.6))

    def perform(self, notes: list[Note], length: int) -> Samples:
        """The notes as [length] mono."""
        out = np.zeros(length + SAMPLE_RATE * 6, dtype=np.float32)
        fade = np.linspace(1, 0, self._release, dtype=np.float32) ** 2
        for note in notes:
            sound = self._instrument.note(note.pitch, note.velocity < self._soft_below, int(self._rng.random() < 0.3))
            if note.muted:
                sound = mute(sound)
            if note.slide:
                sound = glide(sound, note.slide, min(0.25, note.duration_s * 0.5))
            if self._vibrato and note.duration_s > 0.4:
                sound = sway(sound, self._vibrato, self._rate_hz)
            count = min(len(sound), int(note.duration_s * SAMPLE_RATE) + self._release)
            piece = sound[:count] * np.float32(note.velocity**self._curve)
            tail = min(self._release, count)
            piece[count - tail :] *= fade[-tail:] if tail < self._release else fade
            start = int(note.start_s * SAMPLE_RATE)
            if start < length:
                out[start : start + count] += piece
        return out[:length]
