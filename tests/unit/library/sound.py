"""What comes out of a file that was downloaded, and how it lies against what went in."""

from __future__ import annotations

import io
from dataclasses import dataclass

import av
import numpy as np
import soxr
from numpy.typing import NDArray

Floats = NDArray[np.float64]


@dataclass(frozen=True)
class Heard:
    """One stream: samples [samples, channels] from -1 to 1, its rate, the file's tags in lower case, its pictures."""

    samples: Floats
    rate: int
    tags: dict[str, str]
    pictures: list[bytes]


def hear(file: bytes, stream: int = 0) -> Heard:
    """One audio stream as FFmpeg decodes it."""
    with av.open(io.BytesIO(file), "r") as container:
        pictures = [bytes(next(iter(container.demux(video)))) for video in container.streams.video]
    with av.open(io.BytesIO(file), "r") as container:
        chosen = container.streams.audio[stream]
        tags = {key.lower(): value for key, value in {**chosen.metadata, **container.metadata}.items()}
        channels = chosen.channels
        planes: list[Floats] = []
        for frame in container.decode(chosen):
            plane = np.asarray(frame.to_ndarray(), np.float64)
            scale = {"s16": 2.0**15, "s16p": 2.0**15, "s32": 2.0**31, "s32p": 2.0**31}.get(frame.format.name, 1.0)
            planes.append((plane.T if frame.format.is_planar else plane.reshape(-1, channels)) / scale)
        return Heard(np.concatenate(planes), chosen.rate, tags, pictures)


def lag(heard: Floats, true: Floats) -> int:
    """The shift in samples at which two signals correlate best."""
    # A power of two, since transforms of other lengths may take minutes.
    size = 1 << (2 * max(len(heard), len(true)) - 1).bit_length()
    best = int(np.argmax(np.fft.irfft(np.fft.rfft(heard, size) * np.fft.rfft(true, size).conj())))
    return best if best <= size // 2 else best - size


def at_rate(samples: Floats, from_rate: int, rate: int) -> Floats:
    """The same [samples, channels] at another rate."""
    if from_rate == rate:
        return samples
    resampled: Floats = soxr.resample(samples, from_rate, rate).reshape(-1, samples.shape[1])
    return resampled


def distance_db(heard: Floats, true: Floats) -> float:
    """How far below `true` the difference lies, in dB."""
    size = min(len(heard), len(true))
    error = float(np.sum((heard[:size] - true[:size]) ** 2))
    return float(10 * np.log10(float(np.sum(true[:size] ** 2)) / max(error, 1e-30)))
