"""A singer's bank: analysed recordings joined, completed up to 16 kHz, cut into syllables of even level."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from inference.training.synthesis.voices.analysis import BINS, FFT_SIZE, RATE, Analysis, analysed
from inference.training.synthesis.voices.sources import Singer
from inference.training.synthesis.voices.units import Unit, cut

DB = 10 / np.log(10)
"""Decibels in one unit of the natural logarithm of power."""
ANALYSIS_HZ = np.arange(BINS) * RATE / FFT_SIZE
SYNTHESIS_FFT_SIZE = FFT_SIZE // 2
"""Half of the analysis': envelopes are smooth, synthesis takes half the time; a response of 23 ms is still enough."""
HZ = np.arange(SYNTHESIS_FFT_SIZE // 2 + 1) * RATE / SYNTHESIS_FFT_SIZE
VOICED_BAND_DB = -0.3
"""WORLD codes frames whose lowest band is all noise at 0 dB: those are unvoiced, whatever the pitch tracker says."""
EVENNESS = 0.75
"""Share of the level differences between syllables that is taken out."""


@dataclass(frozen=True, kw_only=True)
class Bank:
    """What a singer is made of, at 5 ms frames.

    `log_envelope` [frames, 513], `aperiodicity` [frames, 5] dB, `voiced` [frames]; `units` index those frames,
    `unit_gain` (natural log of power) evens their level, `unit_pitch` is the MIDI pitch of each nucleus; `pitch` is
    the recordings' median.
    """

    name: str
    kind: str
    log_envelope: NDArray[np.float32]
    aperiodicity: NDArray[np.float32]
    voiced: NDArray[np.bool_]
    units: list[Unit]
    unit_gain: NDArray[np.float64]
    unit_pitch: NDArray[np.float64]
    pitch: float


def midi_of(hz: NDArray[np.float64]) -> NDArray[np.float64]:
    """MIDI pitch of frequencies above 0."""
    return 69 + 12 * np.log2(hz / 440.0)


def with_air(log_envelope: NDArray[np.float32], limit_hz: float, voiced: NDArray[np.bool_]) -> NDArray[np.float32]:
    """The envelope with the empty band above a recording's limit filled from the level just below it.

    Falls by 2.2 dB per kHz in voiced frames and 0.9 in consonants and breath, as full-band voices measured here do.
    """
    if limit_hz >= 16000:
        return log_envelope
    completed = log_envelope.copy()
    above = limit_hz - 600 < ANALYSIS_HZ
    below = (limit_hz - 2400 < ANALYSIS_HZ) & (limit_hz - 600 >= ANALYSIS_HZ)
    base = log_envelope[:, below].mean(axis=1, keepdims=True)
    slope = np.where(voiced, 2.2, 0.9)[:, np.newaxis] / DB
    fill = base - slope * ((ANALYSIS_HZ[above] - limit_hz) / 1000 + 1.5)
    completed[:, above] = np.maximum(fill, log_envelope[:, above] - 3 / DB)
    return completed


def level_db(log_envelope: NDArray[np.float32]) -> NDArray[np.float64]:
    """Level of each frame between 250 Hz and 3.5 kHz, where vowels are, smoothed over 35 ms."""
    band = (ANALYSIS_HZ > 250) & (ANALYSIS_HZ < 3500)
    power = np.exp(log_envelope[:, band]).mean(axis=1)
    level = np.log(power + 1e-12) * DB
    window = np.hanning(9)[1:-1]
    return np.convolve(np.pad(level, 3, mode="edge"), window / window.sum(), "valid")


def bank_of(singer: Singer, cache: Path) -> Bank | None:
    """The bank of a singer's recordings; None where they hold no syllable."""
    passages = singer.passages_s or (None,)
    analyses = [
        analysed(cache, f"{singer.name}-{path.stem}", path, passage) for path in singer.paths for passage in passages
    ]
    return joined(singer.name, singer.kind, analyses)


def joined(name: str, kind: str, analyses: list[Analysis]) -> Bank | None:
    """A bank of several recordings of one singer; None where they hold no syllable."""
    envelopes, noises, voicings = [], [], []
    units: list[Unit] = []
    gains: list[float] = []
    pitches: list[float] = []
    offset = 0
    for analysis in analyses:
        voiced = (analysis.f0 > 0) & (analysis.aperiodicity[:, 0] < VOICED_BAND_DB)
        envelope = with_air(analysis.log_envelope, analysis.limit_hz, voiced)
        level = level_db(envelope)
        found = cut(voiced, level)
        if kind == "notes" and found:
            # One note is one syllable: the longest nucleus, not each beat of a vibrato.
            found = [Unit(found[0].start, found[0].nucleus, found[-1].coda, found[-1].end)]
        loud = float(np.quantile(level, 0.9))
        for unit in found:
            inside = slice(unit.nucleus, unit.coda)
            f0 = analysis.f0[inside]
            if not (f0 > 0).any():
                continue
            mean = float(level[inside].mean())
            units.append(Unit(unit.start + offset, unit.nucleus + offset, unit.coda + offset, unit.end + offset))
            gains.append(-(loud + EVENNESS * (mean - loud)) / DB)
            pitches.append(float(np.median(midi_of(f0[f0 > 0].astype(np.float64)))))
        envelopes.append(np.ascontiguousarray(envelope[:, ::2]))
        noises.append(analysis.aperiodicity)
        voicings.append(voiced)
        offset += len(voiced)
    if len(units) < 1:
        return None
    return Bank(
        name=name,
        kind=kind,
        log_envelope=np.concatenate(envelopes),
        aperiodicity=np.concatenate(noises),
        voiced=np.concatenate(voicings),
        units=units,
        unit_gain=np.array(gains),
        unit_pitch=np.array(pitches),
        pitch=float(np.median(pitches)),
    )
