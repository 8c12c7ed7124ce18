"""The development songs: real recordings with all their stems, which no training ever sees.

* `sodium` of the album Everything is Free (CC0), from the recordings' folder: the one song there with all four stems
  rightly labelled.
* `stempeg`, the six seconds that the PyPI package stempeg carries: for evaluation only (CC BY-NC-SA), read where it is
  installed, never copied. Its head and tail are cut off, as AAC leaves bursts there.
"""

from __future__ import annotations

import importlib.util
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

import av
import numpy as np
import soundfile
import soxr
from numpy.typing import NDArray

Floats = NDArray[np.float32]

STEMS = ("vocals", "drums", "bass", "other")
RATE_HZ = 44_100
HELD_OUT = "sodium"
# The excerpt's streams are the mix, then these.
_STEMPEG_STREAMS = {"drums": 1, "bass": 2, "other": 3, "vocals": 4}
_STEMPEG_HEAD_SAMPLES, _STEMPEG_TAIL_SAMPLES = 4096, 6144


@dataclass(frozen=True)
class Song:
    """True stems, float32 [S, 2, n] at 44.1 kHz, in the order of STEMS."""

    name: str
    stems: Floats

    @property
    def mix(self) -> Floats:
        """Their sum [2, n]."""
        return np.asarray(self.stems.sum(axis=0))

    def sum_of(self, names: Sequence[str]) -> Floats:
        """Some of the true stems, summed [2, n]."""
        return np.asarray(self.stems[[STEMS.index(name) for name in names]].sum(axis=0))

    def middle_without(self, names: Sequence[str], seconds: int) -> Song:
        """Its middle, with some stems taken out: what a model still finds of these is leak."""
        length = min(seconds * RATE_HZ, self.stems.shape[2])
        start = (self.stems.shape[2] - length) // 2
        stems = self.stems[:, :, start : start + length].copy()
        stems[[STEMS.index(name) for name in names]] = 0
        return Song(self.name, stems)


def development_songs(recordings: Path, stempeg_file: Path | None = None) -> Iterator[Song]:
    """Each of them; the excerpt only where stempeg is installed or its file is given."""
    folder = recordings / "everything-is-free" / HELD_OUT
    yield Song(HELD_OUT, np.stack([read_stereo(folder / f"{stem}.opus").T for stem in STEMS]))
    path = stempeg_file or installed_stempeg()
    if path is not None and path.exists():
        yield Song("stempeg", read_stempeg(path))


def read_stereo(path: Path) -> Floats:
    """A recording as float32 [n, 2] at 44.1 kHz."""
    samples, rate_hz = soundfile.read(path, dtype="float32", always_2d=True)
    if rate_hz != RATE_HZ:
        samples = soxr.resample(samples, rate_hz, RATE_HZ)
    return np.asarray(np.repeat(samples, 2, axis=1) if samples.shape[1] == 1 else samples[:, :2], np.float32)


def installed_stempeg() -> Path | None:
    """The excerpt inside the installed package, which is found without being imported (it would ask for ffmpeg)."""
    spec = importlib.util.find_spec("stempeg")
    if spec is None or spec.origin is None:
        return None
    return next((Path(spec.origin).parent / "data").glob("*.stem.mp4"), None)


def read_stempeg(path: Path) -> Floats:
    """The excerpt's stems [S, 2, n]. Raises ValueError for another rate."""
    stems = []
    for stem in STEMS:
        with av.open(str(path)) as found:
            stream = found.streams.audio[_STEMPEG_STREAMS[stem]]
            if stream.rate != RATE_HZ:
                raise ValueError(f"{path}: {stream.rate} Hz, not {RATE_HZ}")
            frames = [frame.to_ndarray() for frame in found.decode(stream)]
        stems.append(np.concatenate(frames, axis=1).astype(np.float32))
    length = min(stem.shape[1] for stem in stems)
    return np.stack([stem[:, _STEMPEG_HEAD_SAMPLES : length - _STEMPEG_TAIL_SAMPLES] for stem in stems])
