"""Kind `program`: a model that is a Python file beside its card, with `separate(mix, sample_rate)`.

Only models that are bundled may be of this kind: a file of Python is trusted like the rest of the program.
"""

from __future__ import annotations

import importlib.util
import sys
from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np

from ..card import Card, ModelRefused

if TYPE_CHECKING:
    from numpy.typing import NDArray

    Floats = NDArray[np.float32]


def build(card: Card, folder: Path, threads: int) -> Callable[[Floats], Floats]:
    """Parameter `file`: the program's name. Raises ModelRefused."""
    del threads
    name = card.text("file", "separator.py")
    if name not in card.files:
        raise ModelRefused(f"{card.name}: its card has no digest of {name}")
    spec = importlib.util.spec_from_file_location(f"stripsession_model_{card.name}", folder / name)
    if spec is None or spec.loader is None:
        raise ModelRefused(f"{card.name}: cannot load {name}")
    module = importlib.util.module_from_spec(spec)
    # Dataclasses look their module up while it is still being executed.
    sys.modules[spec.name] = module
    spec.loader.exec_module(module)
    if tuple(module.STEMS) != card.stems:
        raise ModelRefused(f"{card.name}: its card names the stems {card.stems}, its program {module.STEMS}")

    def separate(mixes: Floats) -> Floats:
        return np.stack([module.separate(mix, card.sample_rate) for mix in mixes])

    return separate
