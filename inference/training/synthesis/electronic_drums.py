"""Drum machine sounds computed from sines and noise, in the manner of the 808, the 909 and sampled machines."""

from __future__ import annotations

import numpy as np

from inference.training.synthesis.effects import SAMPLE_RATE, Samples, pass_filter, place

_METAL_HZ = (205.3, 304.4, 369.6, 522.7, 540.0, 800.0)  # ratios of the 808's six square oscillators


def _time(seconds: float) -> Samples:
    return np.asarray(np.arange(int(seconds * SAMPLE_RATE)) / SAMPLE_RATE, dtype=np.float32)


def _noise(rng: np.random.Generator, seconds: float) -> Samples:
    return np.asarray(rng.standard_normal(int(seconds * SAMPLE_RATE)), dtype=np.float32)


def _unit(samples: Samples) -> Samples:
    return np.asarray(samples / (np.abs(samples).max() + 1e-9), dtype=np.float32)


def _swept_sine(time: Samples, low_hz: float, high_hz: float, sweep_s: float, decay_s: float) -> Samples:
    frequency = low_hz + (high_hz - low_hz) * np.exp(-time / sweep_s)
    phase = 2 * np.pi * np.cumsum(frequency, dtype=np.float64) / SAMPLE_RATE
    return np.asarray((np.sin(phase) * np.exp(-time / decay_s)), dtype=np.float32)


def kick(rng: np.random.Generator, style: str) -> Samples:
    """A bass drum: long and round (808), punchy with a click (909), or hard."""
    is_808 = style.startswith("808")
    decay = float(rng.uniform(0.25, 0.8)) if is_808 else float(rng.uniform(0.1, 0.3))
    time = _time(min(1.6, decay * 4))
    body = _swept_sine(
        time,
        float(rng.uniform(42, 60)),
        float(rng.uniform(110, 220) if is_808 else rng.uniform(180, 420)),
        float(rng.uniform(0.008, 0.03) if is_808 else rng.uniform(0.02, 0.05)),
        decay,
    )
    click = pass_filter(_noise(rng, 0.02), "highpass", 1500.0) * np.exp(-_time(0.02) / 0.004)
    body[: len(click)] += click * np.float32(rng.uniform(0.0, 0.5))
    drive = float(rng.uniform(2.5, 8.0)) if style.endswith("hard") else float(rng.uniform(1.0, 2.5))
    return _unit(np.tanh(body * drive))


def snare(rng: np.random.Generator, style: str) -> Samples:
    """A snare: two tuned sines and filtered noise."""
    time = _time(0.5)
    low = float(rng.uniform(150, 220))
    tone = _swept_sine(time, low, low * 1.5, 0.02, float(rng.uniform(0.05, 0.14))) + np.float32(0.6) * _swept_sine(
        time, low * 1.75, low * 2.2, 0.02, 0.06
    )
    noise = pass_filter(_noise(rng, 0.5), "highpass", float(rng.uniform(700, 2000)), 2)
    noise = pass_filter(noise, "lowpass", float(rng.uniform(6000, 14000)), 2) * np.exp(
        -time / float(rng.uniform(0.06, 0.18))
    )
    return _unit(
        tone * np.float32(rng.uniform(0.4, 1.0))
        + noise * np.float32(rng.uniform(0.3, 0.9) * (1.3 if style.startswith("909") else 1.0))
    )


def clap(rng: np.random.Generator) -> Samples:
    """A hand clap: four bursts of band-passed noise, then a tail."""
    time = _time(0.45)
    noise = pass_filter(pass_filter(_noise(rng, 0.45), "highpass", 700.0), "lowpass", float(rng.uniform(2500, 7000)))
    envelope = np.exp(-time / float(rng.uniform(0.05, 0.15))) * np.float32(0.5)
    for burst in range(4):
        since = time - np.float32(burst * rng.uniform(0.008, 0.013))
        envelope += np.where(since >= 0, np.exp(-np.maximum(since, 0) / 0.006), 0).astype(np.float32)
    return _unit(noise * envelope)


def metal(rng: np.random.Generator, decay_s: float, floor_hz: float) -> Samples:
    """A hat or cymbal: six square waves and noise, high-passed."""
    time = _time(min(2.2, decay_s * 5 + 0.02))
    scale = float(rng.uniform(0.8, 2.2))
    tone = np.zeros(len(time), dtype=np.float32)
    for frequency in _METAL_HZ:
        tone += np.sign(np.sin(2 * np.pi * frequency * scale * time + rng.random() * 6))
    share = float(rng.uniform(0.0, 1.0))
    mixed = tone / 3 * np.float32(1 - share) + _noise(rng, len(time) / SAMPLE_RATE + 1e-4)[: len(time)] * np.float32(
        share
    )
    return _unit(pass_filter(mixed, "highpass", floor_hz, 4) * np.exp(-time / decay_s))


def tuned(rng: np.random.Generator, frequency_hz: float, decay_s: float, skin: float) -> Samples:
    """A tom, conga, bongo, rim or clave: a swept sine and a little skin noise."""
    time = _time(decay_s * 6)
    body = _swept_sine(time, frequency_hz, frequency_hz * (1 + 0.5 * skin), 0.02, decay_s)
    slap = pass_filter(_noise(rng, decay_s * 6 + 1e-4)[: len(time)], "lowpass", 5000.0) * np.exp(-time / 0.012)
    return _unit(body + slap * np.float32(skin * 0.5))


def cowbell(rng: np.random.Generator) -> Samples:
    """Two square waves a fifth apart."""
    time = _time(0.5)
    shift = float(rng.uniform(0.9, 1.15))
    wave = np.sign(np.sin(2 * np.pi * 540 * shift * time)) + np.sign(np.sin(2 * np.pi * 800 * shift * time))
    return _unit(
        pass_filter(wave.astype(np.float32), "highpass", 500.0) * (np.exp(-time / 0.02) + 0.4 * np.exp(-time / 0.15))
    )


def rattle(rng: np.random.Generator, floor_hz: float, rise_s: float, decay_s: float, jingles: bool) -> Samples:
    """A shaker, or a tambourine with `jingles`."""
    time = _time(rise_s + decay_s * 5)
    envelope = np.minimum(time / rise_s, 1.0) * np.exp(-np.maximum(time - rise_s, 0) / decay_s)
    noise = pass_filter(_noise(rng, len(time) / SAMPLE_RATE + 1e-4)[: len(time)], "highpass", floor_hz, 2)
    if jingles:
        for _ in range(8):
            noise += np.sin(2 * np.pi * float(rng.uniform(5000, 12000)) * time + float(rng.random())) * np.float32(0.3)
    return _unit(noise * envelope)


def build(name: str, rng: np.random.Generator, side: float) -> dict[str, list[Samples]]:
    """Every piece of a kit as machine sounds, each a list with one recording [n, 2]."""
    tom = float(rng.uniform(70, 110))
    pieces: dict[str, tuple[Samples, float]] = {
        "kick": (kick(rng, name), 0.0),
        "snare": (snare(rng, name), 0.0),
        "clap": (clap(rng), 0.0),
        "sidestick": (tuned(rng, 480.0, 0.02, 0.8), 0.0),
        "rim": (tuned(rng, float(rng.uniform(400, 1800)), float(rng.uniform(0.008, 0.03)), 0.6), 0.1),
        "hat_closed": (metal(rng, float(rng.uniform(0.015, 0.06)), float(rng.uniform(5000, 8500))), 0.2),
        "hat_pedal": (metal(rng, 0.02, 6500.0), 0.2),
        "hat_open": (metal(rng, float(rng.uniform(0.1, 0.4)), float(rng.uniform(4500, 8000))), 0.2),
        "hat_loose": (metal(rng, 0.15, 5500.0), 0.2),
        "ride": (metal(rng, 0.5, 4500.0), -0.3),
        "bell": (metal(rng, 0.4, 3000.0), -0.3),
        "crash": (metal(rng, float(rng.uniform(0.4, 0.7)), 2800.0), 0.4),
        "crash2": (metal(rng, 0.5, 2500.0), -0.4),
        "china": (metal(rng, 0.35, 2000.0), -0.5),
        "tom_high": (tuned(rng, tom * 2, 0.15, 0.4), 0.3),
        "tom_mid": (tuned(rng, tom * 1.5, 0.18, 0.4), 0.0),
        "tom_low": (tuned(rng, tom, 0.22, 0.4), -0.3),
        "conga_high": (tuned(rng, float(rng.uniform(280, 380)), 0.07, 0.5), -0.3),
        "conga_low": (tuned(rng, float(rng.uniform(170, 240)), 0.12, 0.5), -0.2),
        "bongo_high": (tuned(rng, float(rng.uniform(450, 600)), 0.04, 0.5), 0.4),
        "bongo_low": (tuned(rng, float(rng.uniform(320, 420)), 0.06, 0.5), 0.3),
        "claves": (tuned(rng, float(rng.uniform(2000, 2800)), 0.03, 0.0), 0.4),
        "cowbell": (cowbell(rng), 0.3),
        "shaker": (
            rattle(rng, float(rng.uniform(4000, 8000)), 0.03, float(rng.uniform(0.02, 0.05)), jingles=False),
            -0.4,
        ),
        "tambourine": (rattle(rng, 5000.0, 0.004, float(rng.uniform(0.05, 0.15)), jingles=True), 0.4),
        "brush": (rattle(rng, 1500.0, 0.02, 0.06, jingles=False), 0.0),
    }
    return {piece: [place(sound, side * pan)] for piece, (sound, pan) in pieces.items()}
