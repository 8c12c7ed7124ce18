"""Compares our stream of chunks with demucs' own `apply_model`, around one and the same network of random weights.

    python -m inference.importing.check_streaming

What differs is then the placement and the joining of chunks alone. It reads the separation service's audio room, which
is pure functions on samples; nothing there reads anything here.
"""

from __future__ import annotations

import sys

import numpy as np
import torch
from demucs.apply import apply_model
from demucs.htdemucs import HTDemucs
from numpy.typing import NDArray

from inference.importing.agreement import agreement_db
from inference.importing.make_random_htdemucs import SMALL, random_network
from inference.importing.music import music
from services.separation.audio.chunking import Chunker, ChunkGrid
from services.separation.audio.overlap_add import OverlapAdd
from services.separation.audio.properties import AudioProperties, ModelProperties
from services.separation.audio.resampling import Resampling
from services.separation.audio.sample_buffer import SampleBuffer

STEMS = ("vocals", "drums", "bass", "other")
RATE_HZ = 44_100
SEGMENT = RATE_HZ
OVERLAPS = (0.0, 0.1, 0.25, 0.5, 0.75)
LENGTHS = (1, SEGMENT // 3, SEGMENT, SEGMENT + 1, 3 * SEGMENT // 2, 3 * SEGMENT + 12_345)
# Measured: the same bits (200 dB here). Two orders of adding float32 would agree to about 130 dB.
AGREEMENT_DB_MIN = 110.0


def main() -> int:
    """0 when every length and overlap agrees."""
    # The segments are small: a second thread would mostly wait.
    torch.set_num_threads(1)
    network = random_network(list(STEMS), {**SMALL, "segment": 1}, seed=1)
    worst = np.inf
    for overlap in OVERLAPS:
        for length in LENGTHS:
            # Whole 24-bit samples, as the service has them.
            song = np.rint(music(SEGMENT * 4, RATE_HZ)[:, :length] * 2**23).astype(np.int32)
            with torch.no_grad():
                mix = torch.from_numpy(song.astype(np.float32) / np.float32(2**23))
                theirs = apply_model(network, mix[None], shifts=0, split=True, overlap=overlap)[0].numpy()
                ours = streamed(network, song, overlap)
            figure = min(agreement_db(theirs, ours))
            worst = min(worst, figure)
            print(f"overlap {overlap:4.2f}, {length:7d} samples: {figure:6.1f} dB")
    print(f"least: {worst:.1f} dB (at least {AGREEMENT_DB_MIN:.0f} is expected)")
    return 0 if worst >= AGREEMENT_DB_MIN else 1


def streamed(network: HTDemucs, song: NDArray[np.int32], overlap: float) -> NDArray[np.float32]:
    """The stems [S, 2, N] of a song int32 [2, N], chunk by chunk as the worker cuts and joins them."""
    model = ModelProperties(RATE_HZ, SEGMENT, int((1 - overlap) * SEGMENT), STEMS, "centred")
    properties = AudioProperties(RATE_HZ, 2, 24)
    grid = ChunkGrid.of(RATE_HZ, model)
    resampling = Resampling(properties, model, grid.edge_samples, grid.usable_samples)
    chunker, joiner = Chunker(grid, properties, resampling, 0), OverlapAdd(grid, len(STEMS), 2, 0)
    mix = SampleBuffer((2,), np.int32, 0)
    mix.append(song)
    total = song.shape[1]
    chunks = [*chunker.take_ready(mix), *chunker.finish(mix)]
    parts = []
    for chunk in chunks:
        answer = network(torch.from_numpy(chunk.samples)[None])[0].numpy()
        part = resampling.to_upload(answer, grid.shift_samples(chunk.index, total))
        parts.append(joiner.add(part, total if chunk is chunks[-1] else None))
    return np.concatenate(parts, axis=2)


if __name__ == "__main__":
    sys.exit(main())
