"""Effects on float32 [n] or [n, 2]: filters, amplifiers with cabinets, compression, modulation, echoes, rooms."""

from __future__ import annotations

from typing import Literal

import numpy as np
import numpy.typing as npt
from scipy import ndimage, signal

SAMPLE_RATE = 44100
Samples = npt.NDArray[np.float32]


def _filtered(sos: npt.NDArray[np.float64], samples: Samples) -> Samples:
    return np.asarray(signal.sosfilt(sos.astype(np.float32), samples, axis=0), dtype=np.float32)


def pass_filter(samples: Samples, kind: Literal["lowpass", "highpass"], frequency_hz: float, order: int = 2) -> Samples:
    """A Butterworth low or high pass."""
    return _filtered(signal.butter(order, min(frequency_hz, 20000.0), kind, fs=SAMPLE_RATE, output="sos"), samples)


def _bell(frequency_hz: float, gain_db: float, quality: float) -> npt.NDArray[np.float64]:
    """A peaking filter after the Audio EQ Cookbook (R. Bristow-Johnson)."""
    amplitude = 10 ** (gain_db / 40)
    omega = 2 * np.pi * frequency_hz / SAMPLE_RATE
    alpha = np.sin(omega) / (2 * quality)
    b = np.array([1 + alpha * amplitude, -2 * np.cos(omega), 1 - alpha * amplitude])
    a = np.array([1 + alpha / amplitude, -2 * np.cos(omega), 1 - alpha / amplitude])
    return np.asarray(np.concatenate([b, a])[None] / a[0], dtype=np.float64)


def _shelf(frequency_hz: float, gain_db: float, high: bool) -> npt.NDArray[np.float64]:
    """A shelving filter after the Audio EQ Cookbook, slope 1."""
    amplitude = 10 ** (gain_db / 40)
    cosine = np.cos(2 * np.pi * frequency_hz / SAMPLE_RATE)
    root = np.sqrt(amplitude) * np.sin(2 * np.pi * frequency_hz / SAMPLE_RATE) * np.sqrt(2)
    sign = 1.0 if high else -1.0
    up, down = amplitude + 1, amplitude - 1
    b = amplitude * np.array(
        [up + sign * down * cosine + root, -2 * sign * (down + sign * up * cosine), up + sign * down * cosine - root]
    )
    a = np.array(
        [up - sign * down * cosine + root, 2 * sign * (down - sign * up * cosine), up - sign * down * cosine - root]
    )
    return np.asarray(np.concatenate([b, a])[None] / a[0], dtype=np.float64)


def equalise(
    samples: Samples, bells: list[tuple[float, float, float]], low_db: float = 0.0, high_db: float = 0.0
) -> Samples:
    """Bells (frequency, gain in dB, quality) and shelves at 150 Hz and 5 kHz."""
    stages = [_bell(*bell) for bell in bells]
    if low_db:
        stages.append(_shelf(150.0, low_db, high=False))
    if high_db:
        stages.append(_shelf(5000.0, high_db, high=True))
    return _filtered(np.concatenate(stages), samples) if stages else samples


def random_tone(samples: Samples, rng: np.random.Generator, depth_db: float = 4.0) -> Samples:
    """A mixing engineer's equaliser: two bells and two shelves of random gain."""
    bells = [
        (float(10 ** rng.uniform(2.2, 3.8)), float(rng.normal(0, depth_db / 1.5)), float(rng.uniform(0.5, 2.0)))
        for _ in range(2)
    ]
    return equalise(samples, bells, float(rng.normal(0, depth_db / 2)), float(rng.normal(0, depth_db / 2)))


def to_mono(samples: Samples) -> Samples:
    """The mean of the two sides, or the mono samples as they are."""
    return samples if samples.ndim == 1 else (samples[:, 0] + samples[:, 1]) * np.float32(0.5)


def _magnitude(samples: Samples) -> Samples:
    return np.abs(samples) if samples.ndim == 1 else np.maximum(np.abs(samples[:, 0]), np.abs(samples[:, 1]))


def active_rms(samples: Samples, block: int = 4410) -> float:
    """Root mean square over the blocks that sound (above a hundredth of the loudest block)."""
    mono = to_mono(samples)
    usable = len(mono) // block * block
    blocks = mono[:usable].reshape(-1, block)
    power = np.einsum("ij,ij->i", blocks, blocks) / block
    loud = power[power > power.max(initial=0.0) * 1e-3]
    return float(np.sqrt(loud.mean())) if len(loud) else 0.0


def amplify(samples: Samples, gain_db: float, character: float, cabinet: np.random.Generator) -> Samples:
    """A guitar amplifier: tight low end, two stages of clipping (the second asymmetric), and a cabinet.

    `gain_db` 10 is crunch, 35 is metal; `character` 0..1 goes from smooth to hard clipping.
    """
    level = active_rms(samples) or 1.0
    shaped = pass_filter(samples / np.float32(level * 4.0), "highpass", 70 + 6 * gain_db, 1)
    shaped = equalise(shaped, [(float(cabinet.uniform(600, 1100)), float(cabinet.uniform(2, 6)), 0.7)])
    doubled = np.asarray(signal.resample_poly(shaped, 2, 1), dtype=np.float32)  # clipping makes harmonics: oversample
    driven = doubled * np.float32(10 ** (gain_db / 20))
    smooth = np.tanh(driven)
    hard = np.clip(driven * 0.8, -1, 1)
    mixed = smooth * np.float32(1 - character) + hard * np.float32(character)
    bias = np.float32(cabinet.uniform(0.05, 0.25))
    second = np.tanh(mixed * np.float32(1.6) + bias) - np.tanh(bias)
    out = np.asarray(signal.resample_poly(second, 1, 2), dtype=np.float32)
    return loudspeaker(out, cabinet)


def loudspeaker(samples: Samples, rng: np.random.Generator) -> Samples:
    """The cabinet of a guitar amplifier: band limits, a presence peak, a low resonance."""
    out = pass_filter(samples, "highpass", float(rng.uniform(70, 110)), 2)
    out = pass_filter(out, "lowpass", float(rng.uniform(4200, 6500)), 4)
    return equalise(
        out,
        [
            (float(rng.uniform(100, 160)), float(rng.uniform(0, 5)), 1.0),
            (float(rng.uniform(2000, 3500)), float(rng.uniform(2, 7)), 0.9),
            (float(rng.uniform(350, 700)), float(rng.uniform(-7, 0)), 0.8),
        ],
    )


def saturate(samples: Samples, drive_db: float) -> Samples:
    """Soft clipping around the level the samples already have."""
    level = np.float32((active_rms(samples) or 1.0) * 5.0)
    gain = np.float32(10 ** (drive_db / 20))
    return np.asarray(np.tanh(samples / level * gain) * level / np.sqrt(gain), dtype=np.float32)


def compress(
    samples: Samples, ratio: float, attack_s: float = 0.008, release_s: float = 0.12, depth_db: float = 6.0
) -> Samples:
    """A feed-forward compressor: its threshold lies `depth_db` below the loud passages, it moves in blocks of 64."""
    block = 64
    mono = _magnitude(samples)
    count = len(mono) // block + 1
    peaks = np.pad(mono, (0, count * block - len(mono))).reshape(count, block).max(axis=1)
    rise = 1 - np.exp(-block / SAMPLE_RATE / attack_s)
    fall = 1 - np.exp(-block / SAMPLE_RATE / release_s)
    levels = np.empty(count)
    level = 0.0
    for index, peak in enumerate(peaks.tolist()):
        level += (rise if peak > level else fall) * (peak - level)
        levels[index] = level
    threshold = np.percentile(levels, 92) * 10 ** (-depth_db / 20) + 1e-9
    gain = np.where(levels > threshold, (np.maximum(levels, 1e-9) / threshold) ** (1 / ratio - 1), 1.0)
    smooth = np.interp(np.arange(len(mono)), np.arange(count) * block + block, gain).astype(np.float32)
    return samples * (smooth if samples.ndim == 1 else smooth[:, None])


def limiter_gain(mix: Samples, ceiling: float, deepest_db: float) -> Samples:
    """The gain [n] with which a limiter would hold a mix [n, 2] under a ceiling, at most `deepest_db` down."""
    block = 64
    peaks = _magnitude(mix)
    count = len(peaks) // block + 1
    peaks = np.pad(peaks, (0, count * block - len(peaks))).reshape(count, block).max(axis=1)
    gain = np.maximum(np.minimum(1.0, ceiling / (peaks + 1e-9)), 10 ** (-deepest_db / 20))
    held = ndimage.minimum_filter1d(gain, 9)
    smooth = ndimage.uniform_filter1d(np.minimum(held, ndimage.uniform_filter1d(held, 41)), 5)
    return np.asarray(np.interp(np.arange(len(mix)), np.arange(count) * block + block / 2, smooth), dtype=np.float32)


def chorus(samples: Samples, rng: np.random.Generator, depth_s: float = 0.003, voices: int = 2) -> Samples:
    """Stereo chorus of a mono part: delayed copies whose delay swings slowly. Returns [n, 2]."""
    count = len(samples)
    time = np.arange(count, dtype=np.float32)
    out = np.stack([samples, samples], axis=1) * np.float32(0.7)
    for voice in range(voices * 2):
        rate = float(rng.uniform(0.2, 1.2))
        swing = (
            depth_s
            * SAMPLE_RATE
            * (1 + 0.5 * np.sin(2 * np.pi * (rate / SAMPLE_RATE * time + rng.random()), dtype=np.float32))
        )
        position = np.maximum(time - swing - np.float32(200 * (voice + 1) / 2), 0)
        whole = position.astype(np.int32)
        part = (position - whole).astype(np.float32)
        following = np.minimum(whole + 1, count - 1)
        out[:, voice % 2] += (samples[whole] * (1 - part) + samples[following] * part) * np.float32(0.5)
    return out


def echo(samples: Samples, delay_s: float, feedback: float, amount: float) -> Samples:
    """Echoes that cross between the sides and lose their highs. Takes and returns [n, 2]."""
    delay = int(delay_s * SAMPLE_RATE)
    out = samples.copy()
    wet = samples
    gain = amount
    start = delay
    while gain > 0.02 and start < len(samples):
        wet = pass_filter(wet[:, ::-1], "lowpass", 4500.0, 1)
        out[start:] += wet[: len(samples) - start] * np.float32(gain)
        gain *= feedback
        start += delay
    return out


def tremolo(samples: Samples, rate_hz: float, depth: float) -> Samples:
    """Volume that swings with a sine; a stereo part swings between the sides."""
    phase = (2 * np.pi * rate_hz / SAMPLE_RATE * np.arange(len(samples))).astype(np.float32)
    swing = np.sin(phase) * np.float32(depth / 2)
    if samples.ndim == 1:
        return samples * (1 - np.float32(depth / 2) + swing)
    return samples * np.stack([1 + swing, 1 - swing], axis=1)


def sweep(samples: Samples, low_hz: float, high_hz: float, rate_hz: float, quality: float = 3.0) -> Samples:
    """A wah: a band pass whose centre swings, computed in blocks of 512 samples (mono)."""
    block = 512
    out = np.empty_like(samples)
    state = np.zeros(2)
    for start in range(0, len(samples), block):
        swing = 0.5 + 0.5 * np.sin(2 * np.pi * rate_hz * start / SAMPLE_RATE)
        omega = 2 * np.pi * low_hz * (high_hz / low_hz) ** swing / SAMPLE_RATE
        alpha = np.sin(omega) / (2 * quality)
        a0 = 1 + alpha
        out[start : start + block], state = signal.lfilter(
            [alpha / a0, 0.0, -alpha / a0],
            [1.0, -2 * np.cos(omega) / a0, (1 - alpha) / a0],
            samples[start : start + block],
            zi=state,
        )
    return out * np.float32(2.0)


def room(rng: np.random.Generator, decay_s: float, bright_hz: float, predelay_s: float = 0.01) -> Samples:
    """A room's impulse response [n, 2]: early reflections, then noise that decays, its highs faster. Unit energy."""
    count = int(min(decay_s * 1.2, 3.0) * SAMPLE_RATE) + 64
    time = np.arange(count, dtype=np.float32) / SAMPLE_RATE
    noise = rng.standard_normal((count, 2)).astype(np.float32)
    dark = pass_filter(noise, "lowpass", bright_hz / 3, 1)
    tail = (
        noise * np.exp(-6.9 * time / (decay_s * 0.5))[:, None] * np.float32(0.5)
        + dark * np.exp(-6.9 * time / decay_s)[:, None]
    )
    tail *= np.minimum(time / 0.02, 1.0)[:, None]
    for _ in range(int(rng.integers(4, 12))):
        tail[int(rng.uniform(0.002, 0.05) * SAMPLE_RATE) % count, int(rng.integers(2))] += np.float32(
            rng.uniform(-3, 3)
        )
    tail = pass_filter(pass_filter(tail, "lowpass", bright_hz, 1), "highpass", float(rng.uniform(80, 250)), 1)
    start = int(predelay_s * SAMPLE_RATE)
    return np.concatenate(
        [np.zeros((start, 2), np.float32), tail / np.float32(np.sqrt(np.sum(tail**2) / 2) + 1e-9)]
    ).astype(np.float32)


def reverberate(samples: Samples, impulse: Samples, amount: float) -> Samples:
    """The samples [n, 2] with the room's answer to their mono sum added; `amount` is the wet gain."""
    mono = to_mono(samples)
    wet = np.stack([signal.oaconvolve(mono, impulse[:, side])[: len(mono)] for side in range(2)], axis=1)
    return samples + wet.astype(np.float32) * np.float32(amount)


def place(samples: Samples, pan: float, width: float = 1.0) -> Samples:
    """A part set in the stereo image: `pan` -1..1 by constant power, `width` scales the sides. Returns [n, 2]."""
    if samples.ndim == 1:
        samples = np.stack([samples, samples], axis=1)
    angle = (pan + 1) * np.pi / 4
    gains = np.float32(np.sqrt(2) * np.cos(angle)), np.float32(np.sqrt(2) * np.sin(angle))
    near, far = np.float32((1 + width) / 2), np.float32((1 - width) / 2)
    out = np.empty_like(samples)
    for side in range(2):
        out[:, side] = (samples[:, side] * near + samples[:, 1 - side] * far) * gains[side]
    return out
