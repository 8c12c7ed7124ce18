"""A song through a model as the worker takes it: the door's separator inside the audio room's chunks and exact sum."""

from __future__ import annotations

import json
import time
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from inference.door.separator import Separator, open_separator
from services.separation.audio.pipeline import Separation
from services.separation.audio.properties import AudioProperties, ModelProperties

Floats = NDArray[np.float32]
DEPTH_BITS = 24
_BLOCK_SAMPLES = 1 << 16


@dataclass(frozen=True)
class Separated:
    """What came out, and how long the network's part took."""

    stems: dict[str, Floats]
    """float32 [2, n] by stem."""
    residual_max: int
    """Largest difference between the stems' sum and the mix, in steps of 24 bits: the service promises 0."""
    engine_s: float

    def sum_of(self, names: Sequence[str]) -> Floats:
        """Some of the stems, summed [2, n]."""
        return np.asarray(sum(self.stems[name] for name in names))


def open_model(folder: Path, threads: int) -> tuple[Separator, ModelProperties]:
    """The separator of a registered model, and how it takes audio. Raises ModelRefused."""
    separator = open_separator(folder, threads)
    facts = json.loads((folder / "model.json").read_text())
    card, hop_samples = separator.card, int(facts["hop_samples"])
    placement = str(facts.get("placement", "mirrored"))
    return separator, ModelProperties(card.sample_rate, card.segment_samples, hop_samples, card.stems, placement)


def separate(separator: Separator, model: ModelProperties, mix: Floats, rate_hz: int) -> Separated:
    """All stems of a mix [2, n]."""
    full_scale = 1 << (DEPTH_BITS - 1)
    song = np.clip(np.rint(mix.T.astype(np.float64) * full_scale), -full_scale, full_scale - 1).astype(np.int32)
    separation = Separation(AudioProperties(rate_hz, 2, DEPTH_BITS), model)
    segments, engine_s = [], 0.0
    blocks = [song[at : at + _BLOCK_SAMPLES] for at in range(0, len(song), _BLOCK_SAMPLES)]
    for block in (*blocks, None):
        for chunk in separation.finish() if block is None else separation.feed(block):
            began = time.perf_counter()
            answer = separator.separate(chunk.samples)
            engine_s += time.perf_counter() - began
            segments += separation.accept(chunk.index, answer)
    stems = np.concatenate([segment.stems for segment in segments], axis=1)
    residual = np.abs(stems.sum(axis=0, dtype=np.int64) - song).max()
    parts = {stem: np.asarray(stems[at].T / np.float32(full_scale), np.float32) for at, stem in enumerate(model.stems)}
    return Separated(parts, int(residual), engine_s)
