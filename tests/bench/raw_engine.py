"""What the engine says before the stems are made to add up: the same Triton, chunks and overlap-add, no exact sum."""

from __future__ import annotations

import asyncio
from collections.abc import Iterator

import numpy as np
from numpy.typing import NDArray

from services.separation.audio.chunking import Chunk, Chunker, ChunkGrid
from services.separation.audio.overlap_add import OverlapAdd
from services.separation.audio.properties import AudioProperties, ModelProperties
from services.separation.audio.resampling import Resampling
from services.separation.audio.sample_buffer import SampleBuffer
from services.separation.clients.triton_engine import TritonEngine

Floats = NDArray[np.float32]
SILENCE_DB = -200.0
_INFER_S = 600.0


def raw_stems(port: int, model: str, mix: NDArray[np.int32], properties: AudioProperties) -> Floats:
    """float32 [S, channels, n] of a mix [n, channels], from the running server itself."""
    return asyncio.run(_asked(port, model, mix, properties))


async def _asked(port: int, model: str, mix: NDArray[np.int32], properties: AudioProperties) -> Floats:
    engine = TritonEngine(f"127.0.0.1:{port}", shared_memory=True, infer_s=_INFER_S)
    await engine.start()
    try:
        shape = await engine.describe(model)
        taken = ModelProperties(
            shape.sample_rate_hz, shape.segment_samples, shape.hop_samples, shape.stems, shape.placement
        )
        grid = ChunkGrid.of(properties.rate_hz, taken)
        resampling = Resampling(properties, taken, grid.edge_samples, grid.usable_samples)
        joiner = OverlapAdd(grid, len(shape.stems), properties.channels, 0)
        parts = []
        for chunk, total in _chunks(grid, resampling, mix, properties):
            answer = await engine.separate(model, chunk.samples)
            part = resampling.to_upload(answer, grid.shift_samples(chunk.index, len(mix)))
            parts.append(joiner.add(part, total))
        return np.concatenate(parts, axis=2)
    finally:
        await engine.stop()


def _chunks(
    grid: ChunkGrid, resampling: Resampling, mix: NDArray[np.int32], properties: AudioProperties
) -> Iterator[tuple[Chunk, int | None]]:
    """Each chunk, and with the last one the song's length."""
    chunker = Chunker(grid, properties, resampling, 0)
    buffer = SampleBuffer((properties.channels,), np.int32, 0)
    buffer.append(mix.T)
    chunks = [*chunker.take_ready(buffer), *chunker.finish(buffer)]
    for chunk in chunks:
        yield chunk, len(mix) if chunk is chunks[-1] else None


def level_db(samples: NDArray[np.floating]) -> float:
    """Root mean square against full scale."""
    power = float(np.mean(np.square(samples, dtype=np.float64)))
    return max(SILENCE_DB, 10 * float(np.log10(power))) if power > 0 else SILENCE_DB
