"""The pitch a singer gives to a melody: glides, vibrato, scoops, drift; and the loudness over a phrase."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

FRAME_S = 0.005


class Note(NamedTuple):
    """A sung note: seconds from the start of the song, seconds, MIDI pitch."""

    start_s: float
    length_s: float
    pitch: float


@dataclass(frozen=True, kw_only=True)
class Manner:
    """How a singer moves between and on notes; depths in semitones, times in seconds, rates in Hz."""

    glide_s: float = 0.09
    vibrato_hz: float = 5.5
    vibrato_depth: float = 0.35
    vibrato_delay_s: float = 0.3
    scoop_depth: float = 1.2
    scoop_chance: float = 0.4
    fall_chance: float = 0.2
    drift_depth: float = 0.12
    jitter_depth: float = 0.02
    out_of_tune: float = 0.08


def frames_of(seconds: float) -> int:
    """The frame at a time."""
    return round(seconds / FRAME_S)


def smooth_noise(count: int, period_frames: int, rng: np.random.Generator) -> NDArray[np.float64]:
    """Noise of about unit size that changes over `period_frames`: random points joined by cosines."""
    points = rng.standard_normal(count // period_frames + 3)
    where = np.arange(count) / period_frames
    index = where.astype(int)
    part = 0.5 - 0.5 * np.cos(np.pi * (where - index))
    return points[index] * (1 - part) + points[index + 1] * part


def pitch_contour(
    notes: Sequence[Note], count: int, manner: Manner, rng: np.random.Generator, *, from_s: float = 0.0
) -> NDArray[np.float64]:
    """MIDI pitch at each of `count` frames that begin at `from_s`; the first and the last note reach to the ends.

    Between notes the pitch glides over `manner.glide_s`, most of it before the beat. It passes each note's pitch to
    within the singer's tuning, drift and vibrato.
    """
    pitch = np.full(count, float(notes[0].pitch))
    times = np.arange(count) * FRAME_S + from_s
    vibrato = np.zeros(count)
    bend = np.zeros(count)
    phase = 2 * np.pi * (manner.vibrato_hz * times + 0.12 * np.cumsum(smooth_noise(count, 40, rng)) * FRAME_S * 5)
    for index, note in enumerate(notes):
        target = note.pitch + manner.out_of_tune * rng.standard_normal()
        glide = manner.glide_s * rng.uniform(0.7, 1.4)
        glide = max(0.012, min(glide, 0.5 * note.length_s))
        if index == 0:
            pitch[:] = target
        else:
            part = np.clip((times - (note.start_s - 0.65 * glide)) / glide, 0, 1)
            pitch += (target - pitch) * (0.5 - 0.5 * np.cos(np.pi * part)) * (part > 0)
        end_s = note.start_s + note.length_s
        inside = (times >= note.start_s) & (times < end_s)
        if note.length_s > manner.vibrato_delay_s + 0.15:
            since = np.clip((times - note.start_s - manner.vibrato_delay_s) / 0.35, 0, 1)
            before_end = np.clip((end_s - times) / 0.08, 0, 1)
            vibrato += inside * since * before_end * rng.uniform(0.6, 1.2)
        fresh = index == 0 or note.start_s - (notes[index - 1].start_s + notes[index - 1].length_s) > 0.1
        if fresh and rng.uniform() < manner.scoop_chance:
            length = min(rng.uniform(0.07, 0.18), 0.4 * note.length_s)
            bend -= (
                manner.scoop_depth
                * rng.uniform(0.4, 1.3)
                * np.clip(1 - (times - note.start_s) / length, 0, 1)
                * (times < end_s)
            )
        last = index + 1 == len(notes)
        if last and rng.uniform() < manner.fall_chance:
            bend -= rng.uniform(0.5, 2.0) * np.clip((times - end_s + 0.12) / 0.12, 0, 1) ** 2
    drift = manner.drift_depth * smooth_noise(count, 60, rng) * 0.6
    jitter = manner.jitter_depth * smooth_noise(count, 4, rng)
    return pitch + bend + drift + jitter + manner.vibrato_depth * vibrato * np.sin(phase)


def loudness_contour(
    notes: Sequence[Note], count: int, rng: np.random.Generator, *, from_s: float = 0.0, depth_db: float = 3.0
) -> NDArray[np.float64]:
    """Gain in dB at each frame: an arch over the phrase, accents, a slow wander, each note leaning in or away."""
    times = np.arange(count) * FRAME_S + from_s
    first_s, end_s = notes[0].start_s, notes[-1].start_s + notes[-1].length_s
    along = np.clip((times - first_s) / max(0.1, end_s - first_s), 0, 1)
    gain = depth_db * (np.sin(np.pi * along ** rng.uniform(0.6, 1.5)) - 0.5)
    gain += 0.35 * depth_db * smooth_noise(count, 50, rng)
    for note in notes:
        inside = (times >= note.start_s) & (times < note.start_s + note.length_s)
        on_note = np.clip((times - note.start_s) / max(0.05, note.length_s), 0, 1)
        gain += inside * (rng.normal(0, 0.35 * depth_db) + rng.uniform(-0.8, 0.5) * depth_db * (on_note - 0.5))
    return gain
