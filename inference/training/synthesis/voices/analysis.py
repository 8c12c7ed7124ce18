"""WORLD analysis of recordings (pitch, spectral envelope, aperiodicity), kept on disk because it is slow."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

import numpy as np
import pyworld
import soundfile
import soxr
from numpy.typing import NDArray

Array = NDArray[np.float32]

RATE = 44100
FRAME_S = 0.005
FFT_SIZE = 2048
BINS = FFT_SIZE // 2 + 1
LOG_FLOOR = -30.0
VERSION = 1
"""Part of the cache's file name: raise it when the analysis changes."""


@dataclass(frozen=True, kw_only=True)
class Analysis:
    """WORLD's view of one recording at 5 ms frames.

    `f0` [frames] in Hz (0 where unvoiced), `log_envelope` [frames, 1025] natural log of power, `aperiodicity`
    [frames, 5] band aperiodicity in dB as WORLD codes it, `limit_hz` the highest frequency the recording holds.
    """

    f0: Array
    log_envelope: Array
    aperiodicity: Array
    limit_hz: float


def read_mono(path: Path, rate: int = RATE) -> NDArray[np.float64]:
    """Samples of a sound file as mono at `rate`, peak at 0.9."""
    samples, own_rate = soundfile.read(str(path), dtype="float64", always_2d=True)
    mono = soxr.resample(samples.mean(axis=1), own_rate, rate)
    return np.ascontiguousarray(mono * (0.9 / max(1e-6, float(np.abs(mono).max()))))


def read_stereo(path: Path, rate: int = RATE) -> Array:
    """Samples [n, 2] of a sound file at `rate`; a mono file is doubled."""
    samples, own_rate = soundfile.read(str(path), dtype="float32", always_2d=True)
    if samples.shape[1] == 1:
        samples = np.repeat(samples, 2, axis=1)
    return np.asarray(soxr.resample(samples[:, :2], own_rate, rate), dtype=np.float32)


def band_limit_hz(log_envelope: Array) -> float:
    """The frequency above which a recording is empty: where the loud frames' mean level falls off a cliff.

    A cliff is a fall of more than 14 dB within 900 Hz, or 80 dB below the strongest band. Searched from 6.3 kHz up,
    since formants make cliffs below.
    """
    loudness = log_envelope.max(axis=1)
    loud = log_envelope[loudness > np.quantile(loudness, 0.4)]
    hz = np.arange(BINS) * RATE / FFT_SIZE
    width = int(300 * FFT_SIZE / RATE)
    # The upper tenth, not the mean: fricatives show what a recording can hold.
    level = np.quantile(loud, 0.9, axis=0) * (10 / np.log(10))
    level = np.convolve(np.pad(level, (width, width), mode="edge"), np.ones(2 * width + 1) / (2 * width + 1), "valid")
    step = int(900 * FFT_SIZE / RATE)
    for index in np.flatnonzero((hz > 6300) & (hz < 16000)):
        if level[index] - level[index + step] > 14 or level[index] < level.max() - 80:
            return float(hz[index])
    return 16000.0


def analyse(samples: NDArray[np.float64], *, f0_floor: float = 60.0, f0_ceiling: float = 1100.0) -> Analysis:
    """WORLD's analysis of mono samples at 44.1 kHz."""
    f0, times = pyworld.harvest(samples, RATE, f0_floor=f0_floor, f0_ceil=f0_ceiling, frame_period=FRAME_S * 1000)
    f0 = pyworld.stonemask(samples, f0, times, RATE)
    envelope = pyworld.cheaptrick(samples, f0, times, RATE, fft_size=FFT_SIZE)
    aperiodicity = pyworld.d4c(samples, f0, times, RATE, fft_size=FFT_SIZE)
    log_envelope = np.maximum(np.log(envelope + 1e-16), LOG_FLOOR).astype(np.float32)
    return Analysis(
        f0=f0.astype(np.float32),
        log_envelope=log_envelope,
        aperiodicity=pyworld.code_aperiodicity(aperiodicity, RATE).astype(np.float32),
        limit_hz=band_limit_hz(log_envelope),
    )


def analysed(cache: Path, name: str, path: Path, passage_s: tuple[float, float] | None = None) -> Analysis:
    """The analysis of a recording or a passage of it, read from `cache`/`name`.npz or made and written there."""
    if passage_s is not None:
        name = f"{name}-{passage_s[0]:.0f}-{passage_s[1]:.0f}"
    file = cache / f"{name}.v{VERSION}.npz"
    if not file.is_file():
        samples = read_mono(path)
        if passage_s is not None:
            samples = samples[int(passage_s[0] * RATE) : int(passage_s[1] * RATE)]
        found = analyse(samples)
        cache.mkdir(parents=True, exist_ok=True)
        part = file.with_suffix(".part.npz")
        np.savez(
            part,
            f0=found.f0,
            log_envelope=found.log_envelope.astype(np.float16),
            aperiodicity=found.aperiodicity,
        )
        part.rename(file)
    with np.load(file) as held:
        log_envelope = held["log_envelope"].astype(np.float32)
        return Analysis(
            f0=held["f0"],
            log_envelope=log_envelope,
            aperiodicity=held["aperiodicity"],
            limit_hz=band_limit_hz(log_envelope),
        )
