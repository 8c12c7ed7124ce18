"""An original in PyTorch, asked as everything else is: a mix [2, N] in, its stems [S, 2, N] out."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np
import torch
from numpy.typing import NDArray

from inference.door.card import Card
from inference.importing.trials import Separates

AGAINST = f"the original's own forward in torch {torch.__version__}"


def separating(network: Callable[[torch.Tensor], torch.Tensor], card: Card) -> Separates:
    """`network` takes mixes [1, 2, N] and gives stems [1, S, 2, N]: all of the card's, or all but that of the rest."""
    rest = card.number("rest", -1)

    def separate(mix: NDArray[np.float32]) -> NDArray[np.float32]:
        with torch.no_grad():
            stems: NDArray[np.float32] = network(torch.from_numpy(mix)[None])[0].numpy()
        if rest >= 0 and len(stems) < len(card.stems):
            stems = np.insert(stems, rest, mix - stems.sum(axis=0), axis=0)
        return stems

    return separate
