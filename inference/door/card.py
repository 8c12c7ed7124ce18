"""A model's `model.json` as its program reads it, and whether its files are still the ones that were registered."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

SCHEMA = 2


class ModelRefused(Exception):
    """A model's folder is not what its card says; the text says what differs."""


@dataclass(frozen=True)
class Card:
    """What a transform needs to know; units as in the names, samples at `sample_rate`."""

    name: str
    stems: tuple[str, ...]
    sample_rate: int
    segment_samples: int
    transform: Mapping[str, object]
    """`kind`, and the parameters of that kind."""
    files: Mapping[str, str]
    """SHA-256 by the file's path below the card's folder."""

    def number(self, name: str, otherwise: int | None = None) -> int:
        """An integer among the transform's parameters. Raises ModelRefused."""
        found = self.transform.get(name, otherwise)
        if not isinstance(found, int) or isinstance(found, bool):
            raise ModelRefused(f"{self.name}: the transform's {name} must be a whole number, not {found!r}")
        return found

    def text(self, name: str, otherwise: str) -> str:
        """A word among the transform's parameters."""
        return str(self.transform.get(name, otherwise))


def read_card(folder: Path) -> Card:
    """The card of `folder`. Raises ModelRefused."""
    try:
        found = json.loads((folder / "model.json").read_text(encoding="utf-8"))
        if found["schema"] != SCHEMA:
            raise ModelRefused(
                f"{folder.name}: model.json has schema {found['schema']!r}, and this program reads {SCHEMA}"
            )
        return Card(
            name=str(found["name"]),
            stems=tuple(map(str, found["stems"])),
            sample_rate=int(found["sample_rate"]),
            segment_samples=int(found["segment_samples"]),
            transform=dict(found["transform"]),
            files={str(name): str(facts["sha256"]) for name, facts in found["files"].items()},
        )
    except (OSError, ValueError, KeyError, TypeError, AttributeError) as error:
        raise ModelRefused(f"{folder.name}: model.json cannot be read: {error!r}") from error


def check_files(card: Card, folder: Path) -> None:
    """Compare every file with the digest in the card. Raises ModelRefused at the first that differs."""
    for name, expected in card.files.items():
        path = folder / name
        if not path.resolve().is_relative_to(folder.resolve()):
            raise ModelRefused(f"{card.name}: {name} lies outside the model's folder")
        try:
            with path.open("rb") as file:
                found = hashlib.file_digest(file, "sha256").hexdigest()
        except OSError as error:
            raise ModelRefused(f"{card.name}: {name} cannot be read: {error}") from error
        if found != expected:
            raise ModelRefused(f"{card.name}: {name} has sha256 {found}, and its card says {expected}")
