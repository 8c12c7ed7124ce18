"""What a part is made of: notes for pitched instruments, hits for drums."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Note:
    """One note: times in seconds, pitch as a MIDI number, velocity 0..1.

    `slide` is the interval in semitones from which the pitch glides in (0 = none); `muted` asks for a palm mute.
    """

    start_s: float
    duration_s: float
    pitch: int
    velocity: float
    slide: float = 0.0
    muted: bool = False


@dataclass(frozen=True, slots=True)
class Hit:
    """One stroke on a piece of the kit (see `drum_parts.PIECES`): time in seconds, velocity 0..1."""

    time_s: float
    piece: str
    velocity: float
