"""Splits a stereo mix into vocals, drums, bass and other by classical signal processing; numpy only, no training.

Each time-frequency cell of a 4096-point short-time spectrum is shared among the stems by four masks that sum to one.
The cues are: medians along time and along frequency (Fitzgerald 2010: steady lines are harmonic, vertical ones are
percussive), how alike the two channels are (voices are mixed in the centre), how steady a line stays over 1.5 s, and
fixed bands. `other` is the mix minus the rest, so that the stems sum to the mix.

The file stands alone: it is loaded from its path, by Triton's Python backend and by the in-process engine.
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import lru_cache
from typing import TYPE_CHECKING

import numpy as np

if TYPE_CHECKING:
    from numpy.typing import NDArray

    Floats = NDArray[np.float32]
    Complexes = NDArray[np.complex64]

STEMS = ("vocals", "drums", "bass", "other")
SAMPLE_RATE = 44100

WINDOW = 4096
HOP = 1024
# Of magnitude, where the mix's peak lies within 1..2: 120 dB below one full-scale click. It keeps divisions finite.
FLOOR = np.float32(1e-6)
# Peaks below 2**-100 are not raised further: the factor itself must stay a float32.
EXPONENT_MIN = -100
# Inputs beyond this (a sample is within 1 by convention) would overflow float32 powers.
LOUDEST = np.float32(1e15)


@dataclass(frozen=True)
class Shape:
    """What the masks listen to. Set by hand, nudged on five CC0 songs: the model card says how far to trust it."""

    percussive_bias: float = 2.0
    mask_power: float = 1.3
    centre_power: float = 1.0
    steady_weight: float = 0.5
    vocal_gain: float = 2.0
    vocal_from_hz: float = 180.0
    vocal_to_hz: float = 4000.0
    consonants: float = 0.03
    bass_to_hz: float = 180.0
    bass_gain: float = 3.0
    kick_gain: float = 3.0
    kick_power: float = 0.5
    other_gain: float = 0.5


SHAPE = Shape()


def separate(mix: Floats, sample_rate: int = SAMPLE_RATE) -> Floats:
    """Separate `mix` [2, N] into stems [4, 2, N] in the order of STEMS, all float32 and time-aligned with the mix.

    The stems sum to the mix within float error, and scaling the mix scales the stems. Samples that are not finite count
    as zero. Any N from 0 up is taken. Raises ValueError on another shape.
    """
    if mix.ndim != 2 or mix.shape[0] != 2:
        raise ValueError(f"the mix must have shape [2, N], not {list(mix.shape)}")
    samples = np.nan_to_num(np.asarray(mix, np.float32), nan=0.0, posinf=0.0, neginf=0.0)
    samples = np.clip(samples, -LOUDEST, LOUDEST)
    stems = np.zeros((len(STEMS), *samples.shape), np.float32)
    peak = float(np.max(np.abs(samples), initial=0.0))
    if peak == 0.0:
        return stems
    # A power of two changes no bit of a sample, and makes the result independent of loudness.
    scale = np.float32(2.0 ** -max(EXPONENT_MIN, int(np.floor(np.log2(peak)))))
    spectra = _spectra(samples * scale)
    for index, mask in enumerate(_masks(spectra, sample_rate, SHAPE)):
        stems[index] = _samples(spectra * mask, samples.shape[1]) / scale
    stems[-1] = samples - stems[0] - stems[1] - stems[2]
    return stems


@lru_cache(maxsize=1)
def _window() -> NDArray[np.float64]:
    """Half a Hann window's root: used before and after, four overlapping squares sum to two."""
    return np.asarray(np.sin(np.pi * (np.arange(WINDOW) + 0.5) / WINDOW), np.float64)


def _spectra(samples: Floats) -> Complexes:
    """The short-time spectra [2, T, F] of samples [2, N]."""
    count = -(-samples.shape[1] // HOP) + WINDOW // HOP - 1
    padded = np.zeros((2, (count - 1) * HOP + WINDOW), np.float32)
    start = WINDOW - HOP
    padded[:, start : start + samples.shape[1]] = samples
    frames = np.lib.stride_tricks.sliding_window_view(padded, WINDOW, axis=1)[:, ::HOP]
    # In float64, so that numpy 1 (Triton's) and numpy 2 (the in-process engine's) give the same numbers.
    return np.fft.rfft(frames * _window(), axis=2).astype(np.complex64)


def _samples(spectra: Complexes, length_samples: int) -> Floats:
    """Undo `_spectra`: overlap-add the spectra [2, T, F] into samples [2, N]."""
    frames = np.fft.irfft(spectra.astype(np.complex128), WINDOW, axis=2) * (_window() / (WINDOW / HOP / 2))
    count = frames.shape[1]
    parts = WINDOW // HOP
    out = np.zeros((2, count + parts - 1, HOP), np.float64)
    for part in range(parts):
        out[:, part : part + count] += frames[:, :, part * HOP : (part + 1) * HOP]
    start = WINDOW - HOP
    return out.reshape(2, -1)[:, start : start + length_samples].astype(np.float32)


def _masks(spectra: Complexes, sample_rate: int, shape: Shape) -> tuple[Floats, Floats, Floats]:
    """Masks [T, F] of vocals, drums and bass, each within 0..1 and summing to at most one."""
    return _weigh(_cues(spectra), spectra.shape[2], sample_rate, shape)


@dataclass(frozen=True)
class Cues:
    """What is known of each cell, [T, F]: magnitudes along time, frequency and a long time; likeness within 0..1."""

    magnitude: Floats
    harmonic: Floats
    percussive: Floats
    steady: Floats
    centre: Floats


def _cues(spectra: Complexes) -> Cues:
    left, right = spectra
    powers = [part.real**2 + part.imag**2 for part in (left, right)]
    total = powers[0] + powers[1]
    magnitude = np.sqrt(total)
    harmonic = _median(magnitude, taps=9, stride=2, axis=0)
    percussive = _median(magnitude, taps=9, stride=2, axis=1)
    steady = _median(harmonic, taps=9, stride=8, axis=0)
    energies = [float(np.sum(power, dtype=np.float64)) for power in powers]
    if min(energies) < 1e-4 * max(energies):
        # One channel only: there is no centre to look for, as with a mono mix.
        return Cues(magnitude, harmonic, percussive, steady, np.ones_like(total))
    cross = left.real * right.real + left.imag * right.imag
    if float(np.sum(cross, dtype=np.float64)) < 0.0:
        # A channel wired the wrong way round: its centre is the difference.
        cross = -cross
    centre = np.clip(2.0 * _smooth(cross) / (_smooth(total) + FLOOR), 0.0, 1.0)
    return Cues(magnitude, harmonic, percussive, steady, centre)


def _weigh(cues: Cues, bins: int, sample_rate: int, shape: Shape) -> tuple[Floats, Floats, Floats]:
    """Weigh each stem's claim on each cell by the cues, and share the cell out in proportion."""
    hertz = np.arange(bins, dtype=np.float32) * (sample_rate / WINDOW)
    harmonic = (cues.harmonic + FLOOR) ** np.float32(shape.mask_power)
    percussive = (cues.percussive * np.float32(shape.percussive_bias) + FLOOR) ** np.float32(shape.mask_power)
    share = harmonic / (harmonic + percussive)
    bass_band = 1.0 - _rise(hertz, shape.bass_to_hz)
    # A kick drum is a line at the bottom, too: what stands out of the 1.5 s around it is more of a stroke than a note.
    lasting = np.minimum(1.5 * cues.steady / (cues.magnitude + FLOOR), 1.0) ** np.float32(shape.kick_power)
    share *= 1.0 - bass_band * (1.0 - lasting)
    moving = 1.0 - np.float32(shape.steady_weight) * np.minimum(cues.steady / (cues.harmonic + FLOOR), 1.0)
    voice_band = _rise(hertz, shape.vocal_from_hz) * (1.0 - _rise(hertz, shape.vocal_to_hz))
    centre = cues.centre ** np.float32(shape.centre_power)
    voice = centre * voice_band * np.float32(shape.vocal_gain)
    vocals = voice * (share * moving + (1.0 - share) * np.float32(shape.consonants))
    bass = share * bass_band * np.float32(shape.bass_gain)
    drums = (1.0 - share) * (1.0 + np.float32(shape.kick_gain) * bass_band)
    other = share * np.float32(shape.other_gain) + np.float32(1e-6)
    total = vocals + bass + drums + other
    return (
        np.asarray(vocals / total, np.float32),
        np.asarray(drums / total, np.float32),
        np.asarray(bass / total, np.float32),
    )


def _rise(hertz: Floats, middle_hz: float) -> Floats:
    """From 0 to 1 over about an octave around `middle_hz`."""
    ratio = (hertz / np.float32(middle_hz)) ** 4
    return np.asarray(ratio / (1.0 + ratio), np.float32)


def _smooth(cells: Floats) -> Floats:
    """Mean over three neighbours along time, then along frequency; edges keep their own weight."""
    out = cells.copy()
    out[1:] += cells[:-1]
    out[:-1] += cells[1:]
    again = out.copy()
    again[:, 1:] += out[:, :-1]
    again[:, :-1] += out[:, 1:]
    return again


def _median(cells: Floats, taps: int, stride: int, axis: int) -> Floats:
    """Median of `taps` cells, `stride` apart and centred, along an axis of [T, F]; edges are repeated.

    Whole arrays go through a sorting network: a few dozen minima and maxima instead of a sort per cell.
    """
    reach = taps // 2 * stride
    pad = [(0, 0), (0, 0)]
    pad[axis] = (reach, reach)
    padded = np.pad(cells, pad, mode="edge")
    size = cells.shape[axis]
    rows = (
        [padded[i * stride : i * stride + size] for i in range(taps)]
        if axis == 0
        else [padded[:, i * stride : i * stride + size] for i in range(taps)]
    )
    for low, high in _network(taps):
        rows[low], rows[high] = np.minimum(rows[low], rows[high]), np.maximum(rows[low], rows[high])
    return rows[taps // 2]


@lru_cache(maxsize=4)
def _network(taps: int) -> tuple[tuple[int, int], ...]:
    """Batcher's odd-even merge sort (Knuth, volume 3, algorithm 5.2.2M), less the exchanges the median ignores."""
    exchanges: list[tuple[int, int]] = []
    top = 1 << max(0, (taps - 1).bit_length() - 1)
    step = top
    while step > 0:
        span, offset, distance = top, 0, step
        while True:
            exchanges += [(i, i + distance) for i in range(taps - distance) if i & step == offset]
            if span == step:
                break
            distance, span, offset = span - step, span >> 1, step
        step >>= 1
    needed = {taps // 2}
    kept: list[tuple[int, int]] = []
    for low, high in reversed(exchanges):
        if low in needed or high in needed:
            needed |= {low, high}
            kept.append((low, high))
    return tuple(reversed(kept))
