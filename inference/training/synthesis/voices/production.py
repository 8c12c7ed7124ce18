"""What a mixing desk does to a voice: equaliser, compressor, saturation, room, echoes, width, telephone."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from scipy import signal

from inference.training.synthesis.voices.analysis import RATE

Array = NDArray[np.float32]


@dataclass(frozen=True, kw_only=True)
class Chain:
    """Settings of a vocal chain; gains in dB, times in seconds, shares 0..1 of the dry level."""

    high_pass_hz: float = 100.0
    mud_db: float = -2.0
    presence_db: float = 3.0
    air_db: float = 2.0
    compress_db: float = 12.0
    ratio: float = 4.0
    drive: float = 0.0
    room_share: float = 0.12
    room_s: float = 1.2
    room_delay_s: float = 0.02
    echo_share: float = 0.0
    echo_s: float = 0.25
    echo_feedback: float = 0.3
    wide: float = 0.0
    telephone: bool = False


def random_chain(tempo_bpm: float, rng: np.random.Generator) -> Chain:
    """A plausible chain: most are dry to moderately wet, a few drowned, echoing, distorted or through a telephone."""
    wet = rng.uniform()
    heavy = rng.uniform()
    beat_s = 60.0 / tempo_bpm
    echo = rng.uniform()
    return Chain(
        high_pass_hz=float(rng.uniform(70, 140)),
        mud_db=float(rng.uniform(-4, 1.5)),
        presence_db=float(rng.uniform(-1, 5)),
        air_db=float(rng.uniform(-2, 5)),
        compress_db=float(rng.uniform(3, 18)),
        ratio=float(rng.choice([2, 3, 4, 8])),
        drive=float(rng.uniform(0.5, 4)) if heavy < 0.22 else 0.0,
        room_share=float(rng.uniform(0.0, 0.06) if wet < 0.3 else rng.uniform(0.06, 0.25) if wet < 0.88 else 0.5),
        room_s=float(rng.uniform(0.3, 0.8) if rng.uniform() < 0.4 else rng.uniform(0.9, 3.2)),
        room_delay_s=float(rng.uniform(0.0, 0.06)),
        echo_share=float(rng.uniform(0.08, 0.35)) if echo < 0.3 else 0.0,
        echo_s=float(rng.uniform(0.07, 0.13) if echo < 0.1 else beat_s * rng.choice([0.5, 0.75, 1.0])),
        echo_feedback=float(rng.uniform(0.0, 0.45)),
        wide=float(rng.uniform(0.2, 0.8)) if rng.uniform() < 0.2 else 0.0,
        telephone=heavy > 0.965,
    )


def shelf(gain_db: float, hz: float, *, high: bool) -> NDArray[np.float64]:
    """Second-order sections of a shelving filter (the audio equaliser cookbook's formulas, slope 1)."""
    amplitude = 10 ** (gain_db / 40)
    omega = 2 * np.pi * hz / RATE
    cos = -np.cos(omega) if high else np.cos(omega)
    alpha = np.sin(omega) / np.sqrt(2)
    root = 2 * np.sqrt(amplitude) * alpha
    sign = -1 if high else 1
    b = [
        amplitude * ((amplitude + 1) - (amplitude - 1) * cos + root),
        sign * 2 * amplitude * ((amplitude - 1) - (amplitude + 1) * cos),
        amplitude * ((amplitude + 1) - (amplitude - 1) * cos - root),
    ]
    a = [
        (amplitude + 1) + (amplitude - 1) * cos + root,
        sign * -2 * ((amplitude - 1) + (amplitude + 1) * cos),
        (amplitude + 1) + (amplitude - 1) * cos - root,
    ]
    return np.array([[*(value / a[0] for value in b), 1.0, a[1] / a[0], a[2] / a[0]]])


def bell(gain_db: float, hz: float, q: float) -> NDArray[np.float64]:
    """Second-order sections of a peaking filter (cookbook)."""
    amplitude = 10 ** (gain_db / 40)
    omega = 2 * np.pi * hz / RATE
    alpha = np.sin(omega) / (2 * q)
    scale = 1 + alpha / amplitude
    middle = -2 * np.cos(omega) / scale
    return np.array(
        [[(1 + alpha * amplitude) / scale, middle, (1 - alpha * amplitude) / scale, 1.0, middle,
          (1 - alpha / amplitude) / scale]]
    )  # fmt: skip


def compressed(samples: Array, reduction_db: float, ratio: float) -> Array:
    """Samples [n, 2] through a compressor whose threshold takes about `reduction_db` off the loudest passages."""
    hop = 220
    blocks = -(-len(samples) // hop)
    padded = np.zeros(blocks * hop, dtype=np.float64)
    padded[: len(samples)] = np.abs(samples).max(axis=1)
    level = np.sqrt((padded.reshape(blocks, hop) ** 2).mean(axis=1))
    # 15 ms up, 120 ms down, at 5 ms blocks: the larger of a fast and a slow follower.
    fast = signal.lfilter([0.3], [1, -0.7], level)
    slow = signal.lfilter([0.04], [1, -0.96], level)
    level_db = 20 * np.log10(np.maximum(fast, slow) + 1e-6)
    threshold_db = float(np.quantile(level_db, 0.97)) - reduction_db / (1 - 1 / ratio)
    gain_db = -np.maximum(0, level_db - threshold_db) * (1 - 1 / ratio)
    gain = np.interp(np.arange(len(samples)), np.arange(blocks) * hop, 10 ** (gain_db / 20))
    return np.asarray(samples * gain[:, np.newaxis], dtype=np.float32)


def room(seconds: float, delay_s: float, rng: np.random.Generator) -> Array:
    """A stereo impulse response [n, 2] of unit energy: early reflections, then noise that darkens as it decays."""
    count = int((delay_s + seconds * 1.1) * RATE)
    times = np.arange(count) / RATE
    noise = rng.standard_normal((count, 2)) * (10 ** (-3 * np.maximum(0, times - delay_s) / seconds))[:, np.newaxis]
    dark = signal.sosfilt(signal.butter(1, float(rng.uniform(1500, 3500)), fs=RATE, output="sos"), noise, axis=0)
    part = np.clip((times - delay_s) / (0.5 * seconds), 0, 1)[:, np.newaxis]
    tail = noise * (1 - part) + 1.8 * dark * part
    tail[times < delay_s] = 0
    tail *= (0.4 + 0.6 * np.clip((times - delay_s) / 0.03, 0, 1))[:, np.newaxis]
    for _ in range(8):
        at = int((delay_s + rng.uniform(0.001, 0.05)) * RATE)
        if at < count:
            tail[at, int(rng.integers(2))] += rng.uniform(-6, 6) * (1 - 10 * (at / RATE - delay_s))
    tail = signal.sosfilt(signal.butter(2, 180, "high", fs=RATE, output="sos"), tail, axis=0)
    return np.asarray(tail / np.sqrt((tail**2).sum(axis=0)), dtype=np.float32)


def produced(samples: Array, chain: Chain, rng: np.random.Generator) -> Array:
    """A voice [n, 2] through a chain, same length (what rings on past the end is cut)."""
    sections = [
        signal.butter(2, chain.high_pass_hz, "high", fs=RATE, output="sos"),
        bell(chain.mud_db, float(rng.uniform(220, 450)), 0.9),
        bell(chain.presence_db, float(rng.uniform(2200, 5000)), 0.8),
        shelf(chain.air_db, 9000, high=True),
    ]
    if chain.telephone:
        sections.append(signal.butter(3, [350, 3300], "band", fs=RATE, output="sos"))
    dry = np.asarray(signal.sosfilt(np.concatenate(sections), samples, axis=0), dtype=np.float32)
    dry = compressed(dry, chain.compress_db, chain.ratio)
    if chain.drive:
        peak = float(np.quantile(np.abs(dry).max(axis=1)[::7], 0.995)) + 1e-6
        dry = (np.tanh(dry / peak * (1 + chain.drive)) * peak / (1 + 0.5 * chain.drive)).astype(np.float32)
    if chain.wide:
        dry = _widened(dry, chain.wide, rng)
    wet = dry.copy()
    if chain.echo_share:
        wet += _echoed(dry, chain)
    if chain.room_share:
        response = room(chain.room_s, chain.room_delay_s, rng)
        wet += chain.room_share * 2.2 * signal.oaconvolve(dry, response, axes=0)[: len(dry)].astype(np.float32)
    return np.asarray(wet, dtype=np.float32)


def _widened(dry: Array, amount: float, rng: np.random.Generator) -> Array:
    """Two slowly moving short delays, left and right: a chorus that spreads a voice."""
    where = np.arange(len(dry))
    middle = dry.mean(axis=1)
    sides = []
    for sign in (-1, 1):
        sweep = np.sin(2 * np.pi * (float(rng.uniform(0.15, 0.6)) * where / RATE + rng.uniform()))
        delay = (0.014 + 0.004 * sign + 0.0012 * sweep) * RATE
        sides.append(np.interp(where - delay, where, middle, left=0.0))
    return np.asarray(dry + 0.7 * amount * np.stack(sides, axis=1), dtype=np.float32)


def _echoed(dry: Array, chain: Chain) -> Array:
    """The repeats of an echo that go from side to side and lose their highs and lows."""
    source = signal.sosfilt(signal.butter(1, [250, 4500], "band", fs=RATE, output="sos"), dry, axis=0)
    echo = np.zeros_like(dry)
    share = chain.echo_share
    for repeat in range(1, 7):
        at = int(repeat * chain.echo_s * RATE)
        if at >= len(dry) or share < 0.02:
            break
        weights = np.array([1.0, 0.55] if repeat % 2 else [0.55, 1.0])
        echo[at:] += (share * weights * source[: len(dry) - at]).astype(np.float32)
        share *= chain.echo_feedback
    return echo
