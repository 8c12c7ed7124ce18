"""What a studio does to a track, at random: speed, stereo, compression, saturation, room, and the codec it was sold in.

Everything takes and gives float32 [n, 2] at 44.1 kHz, and a seeded generator.
"""

from __future__ import annotations

import io
from fractions import Fraction

import av
import numpy as np
import soxr
from numpy.typing import NDArray
from scipy.signal import fftconvolve

from inference.evaluation.songs import RATE_HZ

Samples = NDArray[np.float32]
_EPSILON = 1e-9


def rms(samples: Samples) -> float:
    """Root mean square over both channels."""
    flat = np.ascontiguousarray(samples, np.float32).ravel()
    return float(np.sqrt(float(np.dot(flat, flat)) / max(1, len(flat)) + _EPSILON**2))


def decibels(value: float) -> float:
    """A gain factor of so many dB."""
    return float(10 ** (value / 20))


def at_speed(samples: Samples, factor: float, length_samples: int) -> Samples:
    """Played faster (factor above 1), as tape would: pitch and tempo move together. `samples` must be long enough."""
    return np.asarray(soxr.resample(samples, factor, 1.0, quality="LQ")[:length_samples], np.float32)


def placed(samples: Samples, random: np.random.Generator) -> Samples:
    """Somewhere else between the speakers: channels swapped, wider or narrower, to one side, polarity turned."""
    if random.random() < 0.5:
        samples = samples[:, ::-1]
    middle, side = (samples[:, 0] + samples[:, 1]) / 2, (samples[:, 0] - samples[:, 1]) / 2
    width = 0.0 if random.random() < 0.1 else random.uniform(0.4, 1.3)
    balance = np.clip(random.normal(0, 0.15), -0.7, 0.7)
    turned = -1.0 if random.random() < 0.5 else 1.0
    placed_samples = np.stack(
        ((middle + width * side) * (1 + balance), (middle - width * side) * (1 - balance)), axis=1
    )
    return np.asarray(turned * placed_samples, np.float32)


def compressing_gain(samples: Samples, random: np.random.Generator) -> Samples:
    """The gain curve [n, 1] of a compressor listening to `samples`: threshold, ratio and release at random."""
    block = 256
    count = -(-len(samples) // block)
    padded = np.zeros(count * block, np.float32)
    # A reduction over an axis of two is several times slower than this.
    padded[: len(samples)] = np.maximum(np.abs(samples[:, 0]), np.abs(samples[:, 1]))
    level = 20 * np.log10(padded.reshape(count, block).max(axis=1) + 1e-5)
    threshold = float(np.quantile(level, random.uniform(0.3, 0.8)))
    wanted = -np.maximum(0, level - threshold) * (1 - 1 / random.uniform(1.5, 6))
    release = np.exp(-block / RATE_HZ / random.uniform(0.05, 0.3))
    smooth = np.empty_like(wanted)
    held = 0.0
    for at, value in enumerate(wanted):
        held = value if value < held else release * held + (1 - release) * value
        smooth[at] = held
    curve = np.interp(np.arange(len(samples)), (np.arange(count) + 0.5) * block, smooth)
    return np.asarray(10 ** (curve / 20), np.float32)[:, None]


def saturated(samples: Samples, random: np.random.Generator) -> Samples:
    """Driven into soft clipping, the level kept."""
    drive = random.uniform(1, 4) / max(rms(samples) * 4, _EPSILON)
    driven = np.tanh(samples * drive)
    return np.asarray(driven * (rms(samples) / max(rms(driven), _EPSILON)), np.float32)


def in_a_room(samples: Samples, random: np.random.Generator) -> Samples:
    """With reverberation: decaying noise, darker as it fades, after a short pre-delay."""
    seconds = random.uniform(0.2, 1.8)
    count = int(seconds * RATE_HZ)
    times = np.arange(count) / RATE_HZ
    noise = random.standard_normal((count, 2)) * np.exp(-6.9 * times / seconds)[:, None]
    dark = random.uniform(0.3, 0.95)
    # A one-pole low-pass, applied as a short geometric kernel.
    noise = fftconvolve(noise, ((1 - dark) * dark ** np.arange(64))[:, None], axes=0)[:count]
    noise = np.concatenate((np.zeros((int(random.uniform(0, 0.03) * RATE_HZ), 2)), noise))
    wet = fftconvolve(samples, noise, axes=0)[: len(samples)]
    wet *= random.uniform(0.1, 0.5) * rms(samples) / max(rms(wet.astype(np.float32)), _EPSILON)
    return np.asarray(samples + wet, np.float32)


# Container, encoder, its rate, and bit rates in kb/s.
_CODECS = (
    ("mp3", "libmp3lame", RATE_HZ, (64, 96, 128, 192)),
    ("adts", "aac", RATE_HZ, (64, 96, 128)),
    ("ogg", "libopus", 48_000, (48, 64, 96)),
)


def sold_as_a_file(samples: Samples, random: np.random.Generator) -> Samples:
    """Encoded and decoded by a lossy codec, aligned to the original again."""
    container, name, rate_hz, rates_kb = _CODECS[int(random.integers(len(_CODECS)))]
    peak = max(1.0, float(np.abs(samples).max()))
    given = samples / peak
    if rate_hz != RATE_HZ:
        given = soxr.resample(given, RATE_HZ, rate_hz, quality="MQ")
    buffer = io.BytesIO()
    with av.open(buffer, "w", format=container) as out:
        stream = out.add_stream(name, rate=rate_hz, layout="stereo")
        stream.bit_rate = int(random.choice(rates_kb)) * 1000
        frame = av.AudioFrame.from_ndarray(np.ascontiguousarray(given.T, np.float32), format="fltp", layout="stereo")
        frame.sample_rate, frame.time_base = rate_hz, Fraction(1, rate_hz)
        # PyAV brings the frame into the encoder's own format and frame size.
        out.mux(stream.encode(frame))
        out.mux(stream.encode(None))
    buffer.seek(0)
    with av.open(buffer) as coded:
        parts = [np.asarray(frame.to_ndarray(), np.float32) for frame in coded.decode(audio=0)]
    decoded = np.concatenate(parts, axis=1)
    decoded = decoded.T if decoded.shape[0] == 2 else decoded.reshape(-1, 2)
    if rate_hz != RATE_HZ:
        decoded = soxr.resample(decoded, rate_hz, RATE_HZ, quality="MQ")
    return _aligned(decoded * np.float32(peak), samples)


def _aligned(decoded: Samples, original: Samples) -> Samples:
    """`decoded` shifted by the lag of its cross-correlation with `original`, and cut to its length."""
    count = len(original)
    size = 1 << (count + len(decoded)).bit_length()
    correlation = np.fft.irfft(
        np.fft.rfft(decoded[:, 0] + decoded[:, 1], size) * np.conj(np.fft.rfft(original[:, 0] + original[:, 1], size)),
        size,
    )
    correlation = np.concatenate((correlation[-8192:], correlation[:8192]))
    lag = int(np.argmax(correlation)) - 8192
    shifted = decoded[lag:] if lag >= 0 else np.pad(decoded, ((-lag, 0), (0, 0)))
    shifted = shifted[:count]
    return np.pad(shifted, ((0, count - len(shifted)), (0, 0)))
