"""Use every library once on input of our own, so that nothing is imported or opened lazily inside the sandbox."""

from __future__ import annotations

import io
import struct

import av
import numpy as np

from .canonical import quantise, to_canonical
from .opening import OPTIONS
from .pcm import interleaved


def rehearse() -> None:
    """Decode a WAV of 64 samples made here, convert it, and provoke the exceptions that hostile input provokes."""
    samples = struct.pack("<64h", *range(64))
    form = struct.pack("<4sIHHIIHH4sI", b"fmt ", 16, 1, 1, 8000, 16000, 2, 16, b"data", len(samples))
    wav = b"RIFF" + struct.pack("<I", 4 + len(form) + len(samples)) + b"WAVE" + form + samples
    with av.open(io.BytesIO(wav), "r", options=dict(OPTIONS), metadata_errors="replace") as container:
        for frame in container.decode(audio=0):
            to_canonical(interleaved(frame), 16, np.eye(1, 2))
    quantise(np.array([[np.nan, 2.0]], dtype=np.float32), 24)
    try:
        av.open(io.BytesIO(b"not audio"), "r", options=dict(OPTIONS))
    except av.FFmpegError as expected:
        str(expected)
