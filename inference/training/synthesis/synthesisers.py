"""Synthesisers in numpy: polyphonic patches (pads, plucks, stabs, FM keys, drawbars), monophonic basses and leads."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np
import numpy.typing as npt
from scipy import signal

from inference.training.synthesis.effects import SAMPLE_RATE, Samples, pass_filter
from inference.training.synthesis.events import Note

_Array = npt.NDArray[np.float64]


def frequency_hz(pitch: float) -> float:
    """The frequency of a MIDI pitch, A4 = 440 Hz."""
    return float(440.0 * 2.0 ** ((pitch - 69.0) / 12.0))


def saw(phase: npt.NDArray[np.floating], step: float | npt.NDArray[np.floating]) -> Samples:
    """A sawtooth from a phase in cycles, its jumps rounded (PolyBLEP); `step` is the phase per sample."""
    part = np.mod(phase, 1.0)
    out = 2.0 * part - 1.0
    rate = np.broadcast_to(np.asarray(step, dtype=part.dtype), part.shape)
    start = part < rate
    position = part[start] / rate[start]
    out[start] -= 2 * position - position**2 - 1
    end = part > 1 - rate
    position = (part[end] - 1) / rate[end]
    out[end] -= position**2 + 2 * position + 1
    return np.asarray(out, dtype=np.float32)


def square(phase: npt.NDArray[np.floating], step: float | npt.NDArray[np.floating], width: float = 0.5) -> Samples:
    """A pulse wave as the difference of two sawtooths."""
    return (saw(phase, step) - saw(phase + width, step)) * np.float32(0.7)


class Patch:
    """A random polyphonic sound of one kind; each pitch is computed once and cut to the notes' lengths."""

    def __init__(self, kind: str, rng: np.random.Generator) -> None:
        self._kind, self._rng = kind, rng
        plucks = kind in {"pluck", "stab", "bells", "fm_keys"}
        self._attack_s = float(rng.uniform(0.08, 0.7)) if kind == "pad" else float(rng.choice([0.002, 0.005, 0.02]))
        self.release_s = float(rng.uniform(0.3, 1.2)) if kind == "pad" else float(rng.uniform(0.05, 0.5))
        self._decay_s = float(rng.uniform(0.08, 0.6)) if plucks else float(rng.uniform(0.3, 2.0))
        self._sustain = float(rng.uniform(0.0, 0.2)) if plucks else float(rng.uniform(0.5, 1.0))
        self._voices = int(rng.choice([5, 7, 7])) if kind == "supersaw" else int(rng.choice([1, 2, 2, 3]))
        self._detune = float(rng.uniform(0.08, 0.3)) if kind == "supersaw" else float(rng.uniform(0.02, 0.14))
        self._wave = (
            "saw" if kind == "supersaw" else str(rng.choice(["saw", "saw", "square", "pulse", "triangle", "mixed"]))
        )
        self._dark_hz = float(10 ** rng.uniform(2.4, 3.7 if kind == "pad" else 3.9))
        self._bright_hz = float(10 ** rng.uniform(3.5, 4.2))
        self._fm_ratio = float(rng.choice([1.0, 2.0, 3.0, 3.5, 7.0, 14.0, 1.41]))
        self._fm_index = float(rng.uniform(0.6, 4.0))
        self._drawbars = rng.random(9) * (rng.random(9) < 0.6)
        self._drawbars[[0, 2]] = np.maximum(self._drawbars[[0, 2]], 0.5)
        self._notes: dict[int, Samples] = {}

    def _wave_of(self, pitch: int, count: int) -> Samples:
        time = np.arange(count) / SAMPLE_RATE
        out = np.zeros((count, 2), dtype=np.float32)
        for voice in range(self._voices):
            shift = (voice - (self._voices - 1) / 2) / max(1, self._voices - 1) * self._detune * 2
            frequency = frequency_hz(pitch + shift)
            phase = frequency * time + self._rng.random()
            step = frequency / SAMPLE_RATE
            if self._wave == "square":
                wave = square(phase, step)
            elif self._wave == "pulse":
                wave = square(phase, step, 0.22)
            elif self._wave == "triangle":
                wave = (2 * np.abs(2 * np.mod(phase, 1.0) - 1) - 1).astype(np.float32)
            elif self._wave == "mixed":
                wave = saw(phase, step) + np.float32(0.6) * square(phase / 2, step / 2)
            else:
                wave = saw(phase, step)
            pan = 0.5 + 0.4 * (voice % 2 * 2 - 1) * (self._voices > 1)
            out += wave[:, None] * np.array([1 - pan, pan], dtype=np.float32)
        return out / np.float32(np.sqrt(self._voices))

    def _sound(self, pitch: int, count: int) -> Samples:
        time = np.arange(count, dtype=np.float32) / SAMPLE_RATE
        if self._kind in {"bells", "fm_keys"}:
            frequency = frequency_hz(pitch)
            index = self._fm_index * np.exp(-time / (self._decay_s * 0.7)) + (0.15 if self._kind == "fm_keys" else 0.0)
            phase = 2 * np.pi * frequency * np.arange(count) / SAMPLE_RATE
            mono = np.sin(phase + index * np.sin(phase * self._fm_ratio)) * np.exp(-time / (self._decay_s * 4))
            wide = np.sin(phase * 1.002 + index * np.sin(phase * self._fm_ratio * 1.001)) * np.exp(
                -time / (self._decay_s * 4)
            )
            return np.asarray(np.stack([mono, wide], axis=1), dtype=np.float32)
        if self._kind == "drawbars":
            phase = 2 * np.pi * frequency_hz(pitch) * np.arange(count) / SAMPLE_RATE
            tone = np.zeros(count)
            for level, ratio in zip(self._drawbars, (0.5, 1.5, 1, 2, 3, 4, 5, 6, 8), strict=True):
                if level > 0 and ratio * frequency_hz(pitch) < 12000:
                    tone += level * np.sin(phase * ratio)
            click = self._rng.standard_normal(count) * np.exp(-time / 0.004) * 0.2
            mono = ((tone + click) * 0.4).astype(np.float32)
            return np.stack([mono, mono], axis=1)
        wave = self._wave_of(pitch, count)
        tracked = frequency_hz(pitch)
        dark = pass_filter(wave, "lowpass", min(16000.0, self._dark_hz + tracked), 2)
        bright = pass_filter(wave, "lowpass", min(18000.0, self._bright_hz + tracked), 2)
        opening = (
            (1 - np.exp(-time / 0.8)) * np.exp(-time / 4) if self._kind == "pad" else np.exp(-time / self._decay_s)
        )
        mix = opening[:, None].astype(np.float32)
        return bright * mix + dark * (1 - mix)

    def perform(self, notes: list[Note], length: int) -> Samples:
        """The notes as [length, 2]."""
        out = np.zeros((length, 2), dtype=np.float32)
        longest: dict[int, float] = {}
        for note in notes:
            longest[note.pitch] = max(longest.get(note.pitch, 0.0), note.duration_s)
        release = int(self.release_s * SAMPLE_RATE)
        attack = max(8, int(self._attack_s * SAMPLE_RATE))
        keeps = self._kind in {"bells", "fm_keys", "drawbars"}
        for note in notes:
            if note.pitch not in self._notes:
                count = int(longest[note.pitch] * SAMPLE_RATE) + release + 1
                sound = self._sound(note.pitch, count)
                time = np.arange(count, dtype=np.float32) / SAMPLE_RATE
                envelope = (
                    np.float32(1.0)
                    if keeps
                    else (self._sustain + (1 - self._sustain) * np.exp(-time / self._decay_s))[:, None]
                )
                self._notes[note.pitch] = (sound * envelope).astype(np.float32)
            sound = self._notes[note.pitch]
            start = int(note.start_s * SAMPLE_RATE)
            held = int(note.duration_s * SAMPLE_RATE)
            count = min(len(sound), held + release, length - start)
            if count <= 0:
                continue
            piece = sound[:count] * np.float32(note.velocity)
            rise = min(attack, count)
            piece[:rise] *= np.linspace(0, 1, attack, dtype=np.float32)[:rise, None]
            if count > held:
                piece[held:] *= (
                    np.exp(-3.5 * np.arange(count - held) / release) * np.linspace(1, 0, release + 1)[: count - held]
                )[:, None].astype(np.float32)
            out[start : start + count] += piece
        return out


def _tracks(
    notes: list[Note], length: int, glide_s: float, release_s: float
) -> tuple[_Array, Samples, Samples, Samples]:
    """For a single line: frequency, time since the note's start, velocity and gate at each sample."""
    pitch = np.full(length, float(notes[0].pitch) if notes else 40.0)
    age = np.full(length, 10.0, dtype=np.float32)
    velocity = np.zeros(length, dtype=np.float32)
    gate = np.zeros(length, dtype=np.float32)
    release = int(release_s * SAMPLE_RATE)
    for index, note in enumerate(notes):
        start = int(note.start_s * SAMPLE_RATE)
        end = int(notes[index + 1].start_s * SAMPLE_RATE) if index + 1 < len(notes) else length
        end = min(max(end, start), length)
        if start >= length or end <= start:
            continue
        pitch[start:] = note.pitch
        if note.slide:
            span = min(end - start, int(0.12 * SAMPLE_RATE))
            pitch[start : start + span] += note.slide * (1 - np.arange(span) / span)
        age[start:end] = np.arange(end - start, dtype=np.float32) / SAMPLE_RATE
        velocity[start:end] = note.velocity
        held = min(end - start, int(note.duration_s * SAMPLE_RATE))
        gate[start : start + held] = 1.0
        tail = min(release, end - start - held)
        gate[start + held : start + held + tail] = np.linspace(1, 0, release, dtype=np.float32)[:tail]
        rise = min(held, 96)
        gate[start : start + rise] *= np.linspace(0, 1, 96, dtype=np.float32)[:rise]
    if glide_s:
        step = 1 - np.exp(-1 / (glide_s * SAMPLE_RATE))
        pitch = signal.lfilter([step], [1, step - 1], pitch, zi=[pitch[0] * (1 - step)])[0]
    return 440.0 * 2.0 ** ((pitch - 69.0) / 12.0), age, velocity, gate


def moving_lowpass(
    samples: Samples, cutoff_hz: npt.NDArray[np.floating], resonance: float, poles: int = 2, block: int = 128
) -> Samples:
    """A resonant low pass whose cutoff follows an envelope (one value a sample, read once per block)."""
    out = samples
    for stage in range(poles // 2):
        state = np.zeros(2)
        made = np.empty_like(out)
        quality = resonance if stage == 0 else 0.7
        for start in range(0, len(out), block):
            omega = 2 * np.pi * min(float(cutoff_hz[start]), 18000.0) / SAMPLE_RATE
            alpha = np.sin(omega) / (2 * quality)
            cosine = np.cos(omega)
            a0 = 1 + alpha
            low = (1 - cosine) / 2 / a0
            made[start : start + block], state = signal.lfilter(
                [low, 2 * low, low], [1.0, -2 * cosine / a0, (1 - alpha) / a0], out[start : start + block], zi=state
            )
        out = made
    return out


def mono_synth(kind: str, rng: np.random.Generator, notes: list[Note], length: int) -> Samples:
    """A single line on a synthesiser as mono [length]; kinds without a wave in `_MONO_WAVES` are sawtooths."""
    glide = {"acid": 0.03, "808": 0.02, "lead": float(rng.choice([0.0, 0.02, 0.05])), "theremin": 0.06}.get(
        kind, float(rng.choice([0.0, 0.0, 0.015]))
    )
    frequency, age, velocity, gate = _tracks(
        notes, length, glide, 0.25 if kind == "808" else float(rng.uniform(0.02, 0.12))
    )
    if kind in {"lead", "square_lead", "theremin"}:
        depth = float(rng.uniform(0.0, 0.35)) if kind != "theremin" else 0.5
        frequency *= 2.0 ** (
            depth / 12 * np.clip((age - 0.25) * 4, 0, 1) * np.sin(2 * np.pi * float(rng.uniform(4.5, 6.5)) * age)
        )
    if kind == "808":
        frequency *= 2.0 ** (float(rng.uniform(0.8, 3.0)) * np.exp(-age / float(rng.uniform(0.012, 0.04))))
    phase = np.cumsum(frequency) / SAMPLE_RATE
    wave = _MONO_WAVES.get(kind, _saw_wave)(phase, frequency / SAMPLE_RATE, age, rng)
    if kind in {"sub", "808", "fm", "theremin"}:
        decay = np.exp(-age / float(rng.uniform(0.5, 1.8))) if kind == "808" else np.float32(1.0)
        drive = float(rng.uniform(1.0, 4.0)) if kind in {"808", "sub"} else 1.0
        level = wave * decay * gate * velocity
        return np.asarray(np.tanh(level * drive) / np.sqrt(drive), dtype=np.float32)
    base = (
        float(10 ** rng.uniform(2.0, 2.9))
        if kind not in {"lead", "square_lead"}
        else float(10 ** rng.uniform(2.7, 3.7))
    )
    depth_hz = float(10 ** rng.uniform(2.5, 3.6))
    decay_s = float(rng.uniform(0.06, 0.7))
    cutoff = base + frequency * 0.5 + depth_hz * np.exp(-age / decay_s) * (0.3 + 0.7 * velocity)
    if kind == "acid":
        slow = 0.5 + 0.5 * np.sin(2 * np.pi * np.arange(length) / SAMPLE_RATE / float(rng.uniform(8, 25)))
        cutoff = 120 + 2800 * slow * np.exp(-age / 0.18) * velocity + 500 * slow
    if kind == "reese":
        cutoff = base * 2 * (1.5 + np.sin(2 * np.pi * np.arange(length) / SAMPLE_RATE * float(rng.uniform(0.1, 2.0))))
    resonance = float(rng.uniform(4, 11)) if kind == "acid" else float(rng.uniform(0.6, 2.5))
    out = moving_lowpass(wave * gate * velocity, cutoff, resonance, 4 if kind != "acid" else 2)
    if kind == "pluck_bass":
        out *= np.exp(-age / float(rng.uniform(0.12, 0.35)))
    return np.asarray(np.tanh(out * np.float32(rng.uniform(0.8, 2.5))), dtype=np.float32)


def _saw_wave(phase: _Array, step: _Array, age: Samples, rng: np.random.Generator) -> Samples:
    del age
    wave = saw(phase, step)
    if rng.random() < 0.5:
        wave = wave + np.float32(0.7) * saw(phase * 1.004 + 0.3, step)
    if rng.random() < 0.5:
        wave = wave + np.sin(2 * np.pi * phase * 0.5 if rng.random() < 0.3 else 2 * np.pi * phase).astype(np.float32)
    return wave


def _square_wave(phase: _Array, step: _Array, age: Samples, rng: np.random.Generator) -> Samples:
    del age
    return square(phase, step, float(rng.uniform(0.2, 0.5)))


def _sub_wave(phase: _Array, step: _Array, age: Samples, rng: np.random.Generator) -> Samples:
    del step, age
    triangle = 2 * np.abs(2 * np.mod(phase, 1.0) - 1) - 1
    share = float(rng.uniform(0.0, 0.6))
    return np.asarray((np.sin(2 * np.pi * phase) * (1 - share) + triangle * share), dtype=np.float32)


def _reese_wave(phase: _Array, step: _Array, age: Samples, rng: np.random.Generator) -> Samples:
    del age
    spread = float(rng.uniform(0.003, 0.012))
    return (
        saw(phase * (1 - spread), step) + saw(phase * (1 + spread) + 0.4, step) + saw(phase + 0.7, step)
    ) * np.float32(0.6)


def _fm_wave(phase: _Array, step: _Array, age: Samples, rng: np.random.Generator) -> Samples:
    del step
    index = float(rng.uniform(1.0, 5.0)) * np.exp(-age / float(rng.uniform(0.05, 0.4))) + float(rng.uniform(0.1, 0.8))
    ratio = float(rng.choice([1.0, 1.0, 2.0, 3.0, 0.5]))
    return np.asarray(np.sin(2 * np.pi * phase + index * np.sin(2 * np.pi * phase * ratio)), dtype=np.float32)


_MONO_WAVES: dict[str, Callable[[_Array, _Array, Samples, np.random.Generator], Samples]] = {
    "square": _square_wave,
    "square_lead": _square_wave,
    "sub": _sub_wave,
    "808": _sub_wave,
    "reese": _reese_wave,
    "fm": _fm_wave,
    "theremin": _sub_wave,
}
