"""Songs to measure with: the bundled one, repeated, written piece by piece."""

from __future__ import annotations

import math
from collections.abc import Sequence
from fractions import Fraction
from itertools import cycle, islice
from pathlib import Path

import av
import numpy as np
import soundfile

from tests.paths import BUNDLED_SONG

MP3_BITS_PER_S = 192_000
MP3_FRAME_SAMPLES = 1152
_MP3_RATE_HZ = 44_100


def make_flac(path: Path, seconds: float) -> Path:
    """16-bit FLAC."""
    samples, rate = soundfile.read(BUNDLED_SONG, dtype="int16", always_2d=True)
    left = int(seconds * rate)
    with soundfile.SoundFile(path, "w", samplerate=rate, channels=samples.shape[1], subtype="PCM_16") as file:
        while left > 0:
            piece: np.ndarray[tuple[int, ...], np.dtype[np.int16]] = samples[:left]
            file.write(piece)
            left -= len(piece)
    return path


def make_mp3(path: Path, seconds: float) -> Path:
    """MP3 of a constant bit rate: the song is encoded once and its frames are repeated, so that ten hours take seconds.

    No frame borrows bits from the one before it (no reservoir), so that the seams decode like any other place.
    """
    with av.open(str(_encoded_once(path.with_suffix(".once.mp3")))) as once:
        stream = once.streams.audio[0]
        frames = [bytes(packet) for packet in once.demux(stream) if packet.size]
        wanted = math.ceil(seconds * _MP3_RATE_HZ / MP3_FRAME_SAMPLES)
        _repeat(path, stream, frames, wanted)
    path.with_suffix(".once.mp3").unlink()
    return path


def _encoded_once(path: Path) -> Path:
    samples, rate = soundfile.read(BUNDLED_SONG, dtype="int16", always_2d=True)
    assert (rate, samples.shape[1]) == (_MP3_RATE_HZ, 2), "the bundled song is stereo at 44.1 kHz"
    with av.open(str(path), "w", format="mp3") as file:
        stream = file.add_stream("libmp3lame", rate=rate, options={"b": str(MP3_BITS_PER_S), "reservoir": "0"})
        stream.layout = "stereo"
        stream.format = "s16p"
        planar = np.ascontiguousarray(samples.T)
        for at in range(0, planar.shape[1] - MP3_FRAME_SAMPLES, MP3_FRAME_SAMPLES):
            frame = av.AudioFrame.from_ndarray(planar[:, at : at + MP3_FRAME_SAMPLES], format="s16p", layout="stereo")
            frame.sample_rate = rate
            frame.pts = at
            file.mux(stream.encode(frame))
        file.mux(stream.encode(None))
    return path


def _repeat(path: Path, like: av.AudioStream, frames: Sequence[bytes], wanted: int) -> None:
    assert like.time_base is not None
    frame_ticks = Fraction(MP3_FRAME_SAMPLES, _MP3_RATE_HZ) / like.time_base
    with av.open(str(path), "w", format="mp3") as file:
        stream = file.add_stream_from_template(like)
        for number, frame in enumerate(islice(cycle(frames), wanted)):
            packet = av.Packet(frame)
            packet.stream = stream
            packet.time_base = like.time_base
            packet.pts = packet.dts = round(number * frame_ticks)
            packet.duration = round(frame_ticks)
            file.mux_one(packet)
