"""Songs that stories play with, made by the tests; and the exact decode that stems must sum to."""

from __future__ import annotations

import asyncio
import io
from collections.abc import Mapping
from pathlib import Path

import numpy as np
import numpy.typing as npt
import soundfile

from services.separation.clients.decoder import DecoderLimits, Decoders
from tests.paths import BUNDLED_SONG

Samples = npt.NDArray[np.int64]


def long_song(seconds: float) -> bytes:
    """The bundled song, repeated, as 16-bit FLAC."""
    samples, rate = soundfile.read(BUNDLED_SONG, dtype="int16", always_2d=True)
    wanted = int(seconds * rate)
    repeated = np.tile(samples, (-(-wanted // len(samples)), 1))[:wanted]
    return written(repeated, rate, "FLAC", "PCM_16")


def noise_wav(seconds: float, seed: int) -> bytes:
    """Noise that nobody else has: bytes to search for."""
    samples = np.random.default_rng(seed).integers(-20_000, 20_000, (int(seconds * 44_100), 2), dtype=np.int16)
    return written(samples, 44_100, "WAV", "PCM_16")


def written(samples: npt.NDArray[np.int16], rate: int, container: str, subtype: str) -> bytes:
    """An audio file in memory."""
    file = io.BytesIO()
    soundfile.write(file, samples, rate, format=container, subtype=subtype)
    return file.getvalue()


class _Bytes:
    def __init__(self, data: bytes) -> None:
        self._data = data
        self.size_bytes = len(data)

    async def read(self, offset: int, length: int) -> bytes:
        return self._data[offset : offset + length]


def decode(data: bytes) -> tuple[Samples, int]:
    """The exact integers of an upload, and their depth in bits, by the project's own decoder."""

    async def run() -> tuple[Samples, int]:
        async with Decoders(DecoderLimits()) as decoders, decoders.open(_Bytes(data), 100_000) as session:
            properties = await session.inspect()
            blocks = [block async for block in session.decode()]
        return np.concatenate(blocks).astype(np.int64), properties.depth

    return asyncio.run(run())


def integers(flac: bytes | Path) -> tuple[Samples, int]:
    """The exact integers of a FLAC file, and their depth in bits."""
    file = io.BytesIO(flac) if isinstance(flac, bytes) else flac
    with soundfile.SoundFile(file) as reader:
        depth = {"PCM_16": 16, "PCM_24": 24}[reader.subtype]
        samples = reader.read(dtype="int32", always_2d=True)
    return samples.astype(np.int64) >> (32 - depth), depth


def residual(stems: Mapping[str, bytes | Path], upload: bytes) -> int:
    """Largest absolute difference between the sum of the stems and the upload's decode; lengths must be equal."""
    mix, depth = decode(upload)
    total = np.zeros_like(mix)
    for flac in stems.values():
        samples, stem_depth = integers(flac)
        assert stem_depth == depth
        assert samples.shape == mix.shape
        total += samples
    return int(np.abs(total - mix).max())
