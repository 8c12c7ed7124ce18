"""A model's `model.json` as its program reads it, and whether its files are still the ones that were registered."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

SCHEMA = 2
CARD_DIGEST = "card_sha256"
"""The field of a card that holds the digest of all its others."""
FOR_PEOPLE = "people"
"""What a file's `for` says when it is there to be read and not to separate."""
_NETWORK, _PROGRAM = "network.onnx", "separator.py"


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
    """SHA-256 of what separates, by the file's path below the card's folder."""

    def number(self, name: str, otherwise: int | None = None) -> int:
        """An integer among the transform's parameters. Raises ModelRefused."""
        found = self.transform.get(name, otherwise)
        if not isinstance(found, int) or isinstance(found, bool):
            raise ModelRefused(f"{self.name}: the transform's {name} must be a whole number, not {found!r}")
        return found

    def text(self, name: str, otherwise: str) -> str:
        """A word among the transform's parameters."""
        return str(self.transform.get(name, otherwise))


def digest_of_card(card: Mapping[str, object]) -> str:
    """SHA-256 over a card's content but for the field that holds it: names in order, no spaces, ASCII alone.

    Written out also where this package cannot be imported, in `stack/registry.py` and separation's `model_cards.py`.
    """
    content = {name: value for name, value in card.items() if name != CARD_DIGEST}
    return hashlib.sha256(json.dumps(content, sort_keys=True, separators=(",", ":")).encode()).hexdigest()


def read_card(folder: Path) -> Card:
    """The card of `folder`. Raises ModelRefused, also when it is not as it was registered."""
    try:
        found = json.loads((folder / "model.json").read_text(encoding="utf-8"))
        return card_of(found, folder.name)
    except (OSError, ValueError, KeyError, TypeError, AttributeError, RecursionError) as error:
        raise ModelRefused(f"{folder.name}: model.json cannot be read: {error!r}") from error


def card_of(found: Mapping[str, Any], name: str) -> Card:
    """What `found`, the card of a folder of that name, says. Raises ModelRefused, or what a wrong type raises."""
    if found["schema"] != SCHEMA:
        raise ModelRefused(f"{name}: model.json has schema {found['schema']!r}, and this program reads {SCHEMA}")
    if found.get(CARD_DIGEST) != digest_of_card(found):
        raise ModelRefused(f"{name}: model.json is not as it was registered: its {CARD_DIGEST} is another's")
    files = {str(file): facts for file, facts in found["files"].items()}
    card = Card(
        name=str(found["name"]),
        stems=tuple(map(str, found["stems"])),
        sample_rate=int(found["sample_rate"]),
        segment_samples=int(found["segment_samples"]),
        transform=dict(found["transform"]),
        files={file: str(facts["sha256"]) for file, facts in files.items() if facts.get("for") != FOR_PEOPLE},
    )
    core = card.text("file", _PROGRAM if card.text("kind", "") == "program" else _NETWORK)
    if core not in card.files:
        raise ModelRefused(f"{card.name}: its card has no digest of {core}, which its transform names")
    return card


def check_files(card: Card, folder: Path) -> None:
    """Compare what separates with the digests in the card. Raises ModelRefused at the first that differs."""
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
