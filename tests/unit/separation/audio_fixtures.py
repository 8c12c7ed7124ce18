"""Songs, models and engines small enough to separate a thousand times in a test."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

from services.separation.audio.chunking import Chunk
from services.separation.audio.pipeline import Separation
from services.separation.audio.properties import AudioProperties, ModelProperties
from services.separation.audio.segments import Segment

# Segments are 4096 samples at these rates, so that a song of seconds has many.
RATE_HZ = 1000
STEMS = ("vocals", "drums", "bass", "other")
MODEL = ModelProperties(RATE_HZ, segment_samples=2048, hop_samples=1536, stems=STEMS)
# Long enough to give up its edges to the resampler.
LONG_MODEL = ModelProperties(RATE_HZ, segment_samples=4096, hop_samples=3072, stems=STEMS)


def noise(properties: AudioProperties, length: int, seed: int = 0, level: float = 0.5) -> NDArray[np.int32]:
    """int32 `[length, channels]`: smoothed noise with a silent stretch and a few samples at both rails."""
    generator = np.random.default_rng(seed)
    wave = generator.standard_normal((length + 2, properties.channels))
    wave = (wave[:-2] + wave[1:-1] + wave[2:]) * (level / 3)
    wave[length // 3 : length // 3 + length // 10] = 0
    samples = np.clip(np.rint(wave * properties.full_scale), properties.sample_min, properties.sample_max)
    samples = samples.astype(np.int32)
    if length > 100 and level >= 0.5:
        samples[50:60] = properties.sample_max
        samples[70:80] = properties.sample_min
    return samples


def leaky(chunk: Chunk) -> NDArray[np.float32]:
    """A linear engine whose stems do not add up, with an error that grows to the chunk's end as real models' does."""
    gains = np.array([0.6, 0.3, -0.2, 0.0], np.float32)[:, None, None]
    fade = np.linspace(1.0, 0.8, chunk.samples.shape[1], dtype=np.float32)
    result: NDArray[np.float32] = gains * (chunk.samples * fade)
    return result


def identity(chunk: Chunk) -> NDArray[np.float32]:
    """All of the mix in the first stem."""
    result = np.zeros((len(STEMS), *chunk.samples.shape), np.float32)
    result[0] = chunk.samples
    return result


def separate(
    song: NDArray[np.int32],
    properties: AudioProperties,
    model: ModelProperties,
    blocks: Sequence[int] = (),
    first_segment: int = 0,
    engine: object = leaky,
) -> list[Segment]:
    """The segments of `song`, fed in `blocks` (repeated; all at once if empty), answered in order."""
    assert callable(engine)
    separation = Separation(properties, model, first_segment)
    segments: list[Segment] = []
    position, turn = separation.first_sample_needed, 0
    while position < len(song):
        size = blocks[turn % len(blocks)] if blocks else len(song)
        for chunk in separation.feed(song[position : position + size]):
            segments += separation.accept(chunk.index, engine(chunk))
        position, turn = position + size, turn + 1
    for chunk in separation.finish():
        segments += separation.accept(chunk.index, engine(chunk))
    assert separation.complete
    return segments


def joined(segments: Sequence[Segment]) -> NDArray[np.int32]:
    """int32 `[stems, n, channels]` of consecutive segments."""
    return np.concatenate([segment.stems for segment in segments], axis=1)
