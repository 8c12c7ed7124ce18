"""Opens a model's folder: reads its card, checks its files, builds its transform.

The package stands alone (it is copied beside every model that Triton serves, and loaded by path where there is no
Triton), so it names nothing outside its folder.
"""

from __future__ import annotations

import importlib
import re
import sys
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np

from .card import Card, ModelRefused, check_files, read_card

if TYPE_CHECKING:
    from numpy.typing import NDArray

    Floats = NDArray[np.float32]
    Transform = Callable[[Floats], Floats]
    """Mixes [B, 2, N] in, stems [B, S, 2, N] out."""

# Beyond this (a sample is within 1 by convention) squares would overflow float32.
LOUDEST = np.float32(1e15)
_KIND = re.compile(r"[a-z][a-z0-9_]*")


class Separator:
    """One model, ready to separate. Safe to call from several threads."""

    def __init__(self, card: Card, transform: Transform) -> None:
        self.card = card
        self._transform = transform

    def separate(self, mix: Floats) -> Floats:
        """Stems [S, 2, N] of a mix [2, N], float32. Raises ValueError for another shape."""
        return self.separate_each([mix])[0]

    def separate_each(self, mixes: Sequence[Floats]) -> list[Floats]:
        """Stems of several mixes of one length, in one run of the network. Raises ValueError.

        Samples that are not finite count as zero. Silence is not asked of the network: its stems are silence.
        """
        clean = [self._checked(mix) for mix in mixes]
        heard = [index for index, mix in enumerate(clean) if mix.any()]
        stems = [np.zeros((len(self.card.stems), *mix.shape), np.float32) for mix in clean]
        if heard:
            found = self._transform(np.stack([clean[index] for index in heard]))
            for index, parts in zip(heard, found, strict=True):
                stems[index] = parts
        return stems

    def _checked(self, mix: Floats) -> Floats:
        if mix.ndim != 2 or mix.shape[0] != 2:
            raise ValueError(f"the mix must have the shape [2, N], not {list(mix.shape)}")
        clean = np.nan_to_num(np.asarray(mix, np.float32), nan=0.0, posinf=0.0, neginf=0.0)
        return np.clip(clean, -LOUDEST, LOUDEST)


def open_separator(folder: Path, threads: int) -> Separator:
    """The model in `folder`, whose network may use `threads` threads. Raises ModelRefused."""
    card = read_card(folder)
    check_files(card, folder)
    kind = card.text("kind", "").replace("-", "_")
    if not _KIND.fullmatch(kind):
        raise ModelRefused(f"{card.name}: its transform has no kind")
    home = __package__ or ""
    try:
        module = importlib.import_module(f"{home}.transforms.{kind}")
    except ModuleNotFoundError as error:
        if error.name == f"{home}.transforms.{kind}":
            raise ModelRefused(f"{card.name}: this program knows no transform of the kind {kind!r}") from error
        raise ModelRefused(
            f"{card.name}: its kind needs the package {error.name}, which is not installed here; "
            f"install it with: {sys.executable} -m pip install {error.name}"
        ) from error
    return Separator(card, module.build(card, folder, threads))
