"""Turns placed syllables, a pitch contour and a timbre into sound with WORLD's synthesiser."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import pyworld
from numpy.typing import NDArray

from inference.training.synthesis.voices.analysis import FRAME_S, RATE
from inference.training.synthesis.voices.bank import DB, HZ, SYNTHESIS_FFT_SIZE, Bank
from inference.training.synthesis.voices.placement import Piece

JOIN_FRAMES = 5
"""Half of the crossfade between two syllables, and the fade at a phrase's edges."""
EMPTY_LOG = -28.0


@dataclass(frozen=True, kw_only=True)
class Timbre:
    """What makes another person of the same recordings, and how they sing.

    `warp` scales formants; `tilt_db` is dB per kHz over the whole band (positive is brighter, bounded at 5 kHz);
    `breath` 0..1 adds noise; `clarity` multiplies WORLD's aperiodicity in dB (above 1 is cleaner); `ring_db` raises
    2.4-3.6 kHz; `articulation_db` raises consonants above 2 kHz, `vowel_air_db` changes
    vowels above 6 kHz (below 0 brings the contrast of close-miked singing); `whisper` leaves no voice at all.
    """

    warp: float = 1.0
    tilt_db: float = 0.0
    breath: float = 0.0
    clarity: float = 1.5
    ring_db: float = 0.0
    articulation_db: float = 0.0
    vowel_air_db: float = 0.0
    whisper: bool = False


def warped(log_envelope: NDArray[np.float64], warp: float) -> NDArray[np.float64]:
    """The envelope [frames, bins] with its formants moved by a factor."""
    if abs(warp - 1) < 1e-3:
        return log_envelope
    bins = log_envelope.shape[1]
    place = np.minimum(np.arange(bins) / warp, bins - 1.001)
    index = place.astype(int)
    part = place - index
    return log_envelope[:, index] * (1 - part) + log_envelope[:, index + 1] * part


def shape_of(timbre: Timbre) -> NDArray[np.float64]:
    """Gain of each bin (natural log of power) that a timbre adds to every frame."""
    tilt = timbre.tilt_db * (np.minimum(HZ, 5000) - 1000) / 1000
    ring = timbre.ring_db * np.exp(-0.5 * ((HZ - 3000) / 450) ** 2)
    return np.asarray((tilt + ring) / DB)


def _gathered(
    bank: Bank, pieces: Sequence[Piece], gains: Sequence[float], count: int
) -> tuple[NDArray[np.float64], NDArray[np.float64], NDArray[np.bool_]]:
    """Envelope [count, bins], aperiodicity [count, 5] and voicing [count] of the pieces, crossfaded where they meet."""
    envelope = np.zeros((count, len(HZ)))
    noise = np.zeros((count, bank.aperiodicity.shape[1]))
    weights = np.zeros(count)
    voiced = np.zeros(count, dtype=bool)
    for piece, gain in zip(pieces, gains, strict=True):
        positions = np.pad(piece.positions, JOIN_FRAMES, mode="edge")
        weight = np.ones(len(positions))
        ramp = (np.arange(2 * JOIN_FRAMES) + 0.5) / (2 * JOIN_FRAMES)
        length = min(len(ramp), len(positions) // 2)
        weight[:length] = ramp[:length]
        weight[-length:] = np.minimum(weight[-length:], ramp[:length][::-1])
        first = piece.start - JOIN_FRAMES
        inside = slice(max(0, -first), max(0, -first) + max(0, min(count, first + len(positions)) - max(0, first)))
        target = slice(max(0, first), max(0, first) + (inside.stop - inside.start))
        positions, weight = positions[inside], weight[inside]
        low = np.clip(positions.astype(int), 0, len(bank.voiced) - 2)
        part = (positions - low)[:, np.newaxis]
        rows = bank.log_envelope[low] * (1 - part) + bank.log_envelope[low + 1] * part + gain
        envelope[target] += rows * weight[:, np.newaxis]
        noise[target] += (bank.aperiodicity[low] * (1 - part) + bank.aperiodicity[low + 1] * part) * weight[
            :, np.newaxis
        ]
        weights[target] += weight
        own = slice(max(0, piece.start), min(count, piece.end))
        nearest = np.clip(np.rint(piece.positions).astype(int), 0, len(bank.voiced) - 1)
        voiced[own] = bank.voiced[nearest][max(0, -piece.start) :][: own.stop - own.start]
        voiced[max(0, piece.nucleus) : max(0, min(count, piece.coda))] = True
        voiced[max(0, piece.start - JOIN_FRAMES) : own.start] |= bool(voiced[own.start]) if own.start < count else False
        voiced[own.stop : own.stop + JOIN_FRAMES] |= bool(voiced[own.stop - 1]) if own.stop else False
    some = weights > 1e-6
    envelope[some] /= weights[some, np.newaxis]
    noise[some] /= weights[some, np.newaxis]
    envelope += (2 * np.log(np.clip(weights, 1e-6, 1.0)))[:, np.newaxis]
    envelope[~some] = EMPTY_LOG
    return np.maximum(envelope, EMPTY_LOG), noise, voiced & some


def sound(
    bank: Bank,
    pieces: Sequence[Piece],
    gains: Sequence[float],
    pitch: NDArray[np.float64],
    gain_db: NDArray[np.float64],
    timbre: Timbre,
) -> NDArray[np.float64]:
    """Samples at 44.1 kHz of one phrase; `pitch` (MIDI) and `gain_db` have one value per frame of it."""
    count = len(pitch)
    envelope, noise, voiced = _gathered(bank, pieces, gains, count)
    # Singing louder opens the upper spectrum more than the lower.
    effort = np.clip(gain_db, -8, 8)[:, np.newaxis] * (0.06 * (np.minimum(HZ, 5000) - 1000) / 1000)
    envelope = warped(envelope, timbre.warp) + shape_of(timbre) + (gain_db[:, np.newaxis] + effort) / DB
    envelope[~voiced] += timbre.articulation_db / DB * np.clip((HZ - 1500) / 1500, 0, 1)
    envelope[voiced] += timbre.vowel_air_db / DB * np.clip((HZ - 4500) / 2500, 0, 1)
    envelope = np.clip(envelope, EMPTY_LOG, 12.0)
    f0 = np.where(voiced, 440.0 * 2 ** ((pitch - 69) / 12), 0.0)
    clear = np.where(voiced[:, np.newaxis], noise * timbre.clarity, 0.0)
    aperiodicity = pyworld.decode_aperiodicity(np.ascontiguousarray(np.minimum(clear, -1e-3)), RATE, SYNTHESIS_FFT_SIZE)
    rise = 1 / (1 + np.exp(-(HZ - 3000) / 1200))
    aperiodicity += (1 - aperiodicity) * timbre.breath * (0.08 + 0.92 * rise)
    # Above 7 kHz real voices are more breath than pulses; pulses there are WORLD's buzz.
    aperiodicity = np.maximum(aperiodicity, 0.75 / (1 + np.exp(-(HZ - 8500) / 900)))
    if timbre.whisper:
        f0[:] = 0
        envelope += np.clip((HZ - 400) / 1500, 0, 1) * 9 / DB - 6 / DB
    aperiodicity[f0 <= 0] = 1.0
    return np.asarray(
        pyworld.synthesize(
            np.ascontiguousarray(f0),
            np.ascontiguousarray(np.exp(envelope)),
            np.ascontiguousarray(np.clip(aperiodicity, 0.0, 1.0)),
            RATE,
            FRAME_S * 1000,
        )
    )


def breath(bank: Bank, seconds: float, rng: np.random.Generator) -> NDArray[np.float64]:
    """Samples of an indrawn breath: noise through one of the bank's vowels, lows taken out, swelling."""
    count = max(8, round(seconds / FRAME_S))
    unit = bank.units[int(rng.integers(len(bank.units)))]
    vowel = bank.log_envelope[unit.nucleus : unit.coda].mean(axis=0).astype(np.float64)
    # Half of the vowel's shape: breath is drawn through an open throat.
    shape = 0.45 * (vowel - vowel.max()) - 9 * np.exp(-HZ / 700) / DB * 2
    along = np.linspace(0, 1, count)
    gain = 2 * np.log(np.clip(np.sin(np.pi * along**1.6), 1e-3, 1)) - rng.uniform(24, 34) / DB
    envelope = np.exp(shape[np.newaxis, :] + gain[:, np.newaxis])
    return np.asarray(pyworld.synthesize(np.zeros(count), envelope, np.ones((count, len(HZ))), RATE, FRAME_S * 1000))
