"""The models' cards, read from their folders once at the start."""

from __future__ import annotations

import json
from collections.abc import Sequence
from pathlib import Path

from services.separation.domain.errors import ModelUnknown
from services.separation.domain.models import ModelCard


class ModelCards:
    """Every `<folder>/<name>/model.json`."""

    def __init__(self, folder: Path, default: str) -> None:
        """Raises FileNotFoundError when there is no card of the default model."""
        cards = [_card(path, default) for path in sorted(folder.glob("*/model.json"))]
        self._cards = sorted(cards, key=lambda card: (not card.is_default, card.name))
        if not self._cards or not self._cards[0].is_default:
            raise FileNotFoundError(f"no card of the default model {default!r} in {folder}")

    def list(self) -> Sequence[ModelCard]:
        """Every model, the default first."""
        return tuple(self._cards)

    def get(self, name: str) -> ModelCard:
        """One; the empty name is the default's. Raises ModelUnknown."""
        for card in self._cards:
            if card.name == name or not name:
                return card
        raise ModelUnknown


def _card(path: Path, default: str) -> ModelCard:
    found = json.loads(path.read_text())
    name = str(found["name"])
    return ModelCard(
        name=name,
        version=str(found["version"]),
        stems=tuple(str(stem) for stem in found["stems"]),
        summary=str(found.get("summary") or found.get("title", "")),
        licence=str(found["licence"]),
        is_default=name == default,
    )
