"""Kind `waveform`: a network with everything inside, `MIX` [B, 2, N] to `STEMS` [B, S, 2, N]."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np

from ..card import Card
from ..core import Core
from ..loudness import gains, mode_of

if TYPE_CHECKING:
    from numpy.typing import NDArray

    Floats = NDArray[np.float32]


def build(card: Card, folder: Path, threads: int) -> Callable[[Floats], Floats]:
    """Parameters: `file`, and `normalise` (`none` or `rms`). Raises ModelRefused."""
    normalise = mode_of(card, "none")
    segment = card.segment_samples
    core = Core(folder / card.text("file", "network.onnx"), {"MIX": (1, 2, segment)}, ["STEMS"], threads)

    def separate(mixes: Floats) -> Floats:
        length = mixes.shape[2]
        if length > segment:
            raise ValueError(f"the mix has {length} samples, and the model takes {segment}")
        loud = gains(mixes, normalise)
        padded = np.pad(mixes * loud, ((0, 0), (0, 0), (0, segment - length)))
        stems = np.empty((len(mixes), len(card.stems), 2, length), np.float32)
        for index, gain in enumerate(loud):
            # Out of the network's own buffer, before the next mix is written into it.
            np.divide(core({"MIX": padded[index : index + 1]})[0][0, ..., :length], gain, out=stems[index])
        return stems

    return separate
