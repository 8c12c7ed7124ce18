"""Puts one syllable on each sung note: the vowel starts on the beat, consonants keep their speed."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from inference.training.synthesis.voices.units import Unit

ONSET_SHARE_MAX = 0.5
CODA_SHARE_MAX = 0.3


@dataclass(frozen=True)
class Span:
    """A note, or several sung on one syllable, in output frames [start, end)."""

    start: int
    end: int


@dataclass(frozen=True)
class Piece:
    """Frames [start, start + len(positions)) of the output, each taken at a place of the source recording.

    `nucleus` is the first output frame of the vowel, `coda` the frame after its last.
    """

    start: int
    nucleus: int
    coda: int
    positions: NDArray[np.float64]

    @property
    def end(self) -> int:
        """The output frame after the last."""
        return self.start + len(self.positions)


def stretched(start: int, end: int, count: int, rng: np.random.Generator) -> NDArray[np.float64]:
    """Source positions of a vowel [start, end) sung for `count` frames.

    Its first and last quarters keep their speed; the middle is crossed slowly with a small wobble, so that a long
    note neither freezes nor repeats. Positions stay within [start, end - 1].
    """
    length = end - start
    if count <= length:
        return np.linspace(start, end - 1, count)
    edge = min(length // 4, count // 3)
    middle_from, middle_to = start + edge, end - 1 - edge
    middle = np.linspace(middle_from, middle_to, count - 2 * edge)
    seconds = np.arange(len(middle)) * 0.005
    depth = 0.18 * (middle_to - middle_from)
    wobble = np.sin(2 * np.pi * (rng.uniform(0.8, 2.2) * seconds + rng.uniform()))
    wobble += 0.6 * np.sin(2 * np.pi * (rng.uniform(2.5, 4.5) * seconds + rng.uniform()))
    fade = np.minimum(1.0, np.minimum(np.arange(len(middle)), np.arange(len(middle))[::-1]) / 20)
    middle = np.clip(middle + depth * wobble * fade, middle_from, middle_to)
    head = start + np.arange(edge, dtype=np.float64)
    tail = end - edge + np.arange(edge, dtype=np.float64)
    return np.concatenate([head, middle, tail])


def place(spans: Sequence[Span], units: Sequence[Unit], rng: np.random.Generator) -> list[Piece]:
    """One piece per span, in order, never overlapping.

    A syllable's consonants come before its beat, in time borrowed from the note before (at most half of it); where
    there is too little time they are hurried. The coda comes out of the note's own end.
    """
    onsets = []
    for index, (span, unit) in enumerate(zip(spans, units, strict=True)):
        room = span.start if index == 0 else int(ONSET_SHARE_MAX * (span.start - spans[index - 1].start))
        onsets.append(min(unit.nucleus - unit.start, room))
    pieces = []
    for index, (span, unit) in enumerate(zip(spans, units, strict=True)):
        end = span.end
        if index + 1 < len(spans):
            end = min(end, spans[index + 1].start - onsets[index + 1])
        end = max(end, span.start + 1)
        coda_length = min(unit.end - unit.coda, int(CODA_SHARE_MAX * (end - span.start)))
        coda = end - coda_length
        onset_positions = _hurried(unit.start, unit.nucleus, onsets[index])
        coda_positions = _hurried(unit.coda, unit.end, coda_length)
        vowel = stretched(unit.nucleus, unit.coda, coda - span.start, rng)
        pieces.append(
            Piece(
                start=span.start - onsets[index],
                nucleus=span.start,
                coda=coda,
                positions=np.concatenate([onset_positions, vowel, coda_positions]),
            )
        )
    return pieces


def _hurried(start: int, end: int, count: int) -> NDArray[np.float64]:
    """Positions of a consonant [start, end) in `count` frames, which are at most its own."""
    if count <= 0:
        return np.zeros(0)
    return np.linspace(start, end - 1, count) if count > 1 else np.array([end - 1.0])
