"""The models' cards, read once at the start; a model whose files are not what its card says is none."""

from __future__ import annotations

import hashlib
import json
import logging
from collections.abc import Mapping, Sequence
from pathlib import Path

from chassis import logs
from chassis.settings import SettingsInvalid
from services.separation.domain.errors import ModelUnknown
from services.separation.domain.models import ModelCard

_log = logging.getLogger(__name__)
_CARD_DIGEST = "card_sha256"
_FOR_PEOPLE = "people"


class CardRefused(Exception):
    """A model cannot be offered; the text says why."""


class ModelCards:
    """Every `<folder>/<name>/model.json`; of two models of one name the first folder's counts."""

    def __init__(self, folders: Sequence[Path], default: str) -> None:
        """Reads every card and all that separates once, to compare each with its digest.

        Raises SettingsInvalid when the default model is missing, is not what its card says, or names no licence.
        """
        cards: dict[str, ModelCard] = {}
        for path in (path for folder in folders for path in sorted(folder.glob("*/model.json"))):
            try:
                card = _card(path, default)
                _check_files(path.parent)
            except CardRefused as refused:
                if path.parent.name == default and default not in cards:
                    raise SettingsInvalid(f"the default model {default} cannot be used: {refused}") from refused
                logs.event(_log, logging.ERROR, "model left out", model=path.parent.name, reason=str(refused))
                continue
            cards.setdefault(card.name, card)
        if default not in cards:
            raise SettingsInvalid(f"there is no model {default!r} to be the default in {', '.join(map(str, folders))}")
        if not cards[default].licence:
            raise SettingsInvalid(f"{default} cannot be the default model: its card names no licence")
        self._cards = sorted(cards.values(), key=lambda card: (not card.is_default, card.name))
        self._told: set[str] = set()

    def list(self) -> Sequence[ModelCard]:
        """Every model, the default first."""
        return tuple(self._cards)

    def get(self, name: str) -> ModelCard:
        """One; the empty name is the default's. Raises ModelUnknown."""
        for card in self._cards:
            if card.name == name or not name:
                return card
        raise ModelUnknown

    def default_for(self, plan_default: str) -> ModelCard:
        """The one taken when none is named: the plan's where it is there and licensed, else the installation's.

        A plan's that cannot be is logged, once.
        """
        own = next((card for card in self._cards if card.name == plan_default), None)
        if own is not None and own.licence:
            return own
        if plan_default and plan_default not in self._told:
            self._told.add(plan_default)
            reason = "there is no such model" if own is None else "its card names no licence"
            logs.event(_log, logging.ERROR, "a plan's default passed over", model=plan_default, reason=reason)
        return self._cards[0]


def digest_of_card(card: Mapping[str, object]) -> str:
    """SHA-256 over a card's content but for the field that holds it, as in `stack/registry.py`."""
    content = {name: value for name, value in card.items() if name != _CARD_DIGEST}
    return hashlib.sha256(json.dumps(content, sort_keys=True, separators=(",", ":")).encode()).hexdigest()


def _card(path: Path, default: str) -> ModelCard:
    found = _read(path)
    try:
        card = ModelCard(
            name=str(found["name"]),
            version=str(found["version"]),
            title=str(found.get("title", "")),
            stems=tuple(str(stem) for stem in _listed(found["stems"])),
            summary=str(found.get("summary") or found.get("title", "")),
            licence=str(found.get("licence", "")).strip(),
            is_default=found["name"] == default,
        )
    except (KeyError, TypeError) as error:
        raise CardRefused(f"its card is not complete: {error!r}") from error
    if card.name != path.parent.name or not card.stems:
        raise CardRefused("its card has another name than its folder, or no stems")
    return card


def _check_files(folder: Path) -> None:
    files = _read(folder / "model.json").get("files")
    if not isinstance(files, dict) or not files:
        raise CardRefused("its card names no files")
    for name, facts in files.items():
        path = folder / str(name)
        expected = facts.get("sha256") if isinstance(facts, dict) else None
        if isinstance(facts, dict) and facts.get("for") == _FOR_PEOPLE:
            continue
        if not path.resolve().is_relative_to(folder.resolve()):
            raise CardRefused(f"{name} lies outside its folder")
        try:
            with path.open("rb") as file:
                found = hashlib.file_digest(file, "sha256").hexdigest()
        except OSError as error:
            raise CardRefused(f"{name} cannot be read: {error}") from error
        if found != expected:
            raise CardRefused(f"{name} has sha256 {found}, and its card says {expected}")


def _read(path: Path) -> Mapping[str, object]:
    try:
        found = json.loads(path.read_text(encoding="utf-8"))
        digest = digest_of_card(found) if isinstance(found, dict) else ""
    except (OSError, ValueError, RecursionError) as error:
        raise CardRefused(f"its card cannot be read: {error}") from error
    if not isinstance(found, dict):
        raise CardRefused("its card is not an object of JSON")
    if found.get(_CARD_DIGEST) != digest:
        raise CardRefused(f"its card is not as it was registered: its {_CARD_DIGEST} is another's")
    return found


def _listed(found: object) -> list[object]:
    if not isinstance(found, list):
        raise TypeError("stems")
    return found
