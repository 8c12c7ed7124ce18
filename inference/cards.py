"""Writes a model's `model.json`: every file of its folder by its digest, and a digest of the card itself.

    python -m inference.cards inference/models/quartet

Run that after editing what is for people, `card.md` and pictures. A file that separates must still be the one that the
card names: another network is another release. `--network` takes it as it is, for a bundled program that was edited.
"""

from __future__ import annotations

import argparse
import hashlib
import json
import sys
from collections.abc import Mapping
from pathlib import Path

from inference.door.card import CARD_DIGEST, FOR_PEOPLE, ModelRefused, card_of, digest_of_card

CARD = "model.json"
_FOR_PEOPLE = frozenset({".jpg", ".md", ".png", ".svg", ".txt"})


def write_card(folder: Path, card: Mapping[str, object]) -> None:
    """Write `card` into its model's folder, with what lies there and its own digest. Raises ModelRefused, OSError."""
    content = {name: value for name, value in card.items() if name not in ("files", CARD_DIGEST)}
    content["files"] = {name: _facts(folder / name) for name in _names(folder)}
    content[CARD_DIGEST] = digest_of_card(content)
    try:
        card_of(content, folder.name)
    except (ValueError, KeyError, TypeError, AttributeError) as error:
        raise ModelRefused(f"{folder / CARD} would be no card: {error!r}") from error
    fresh = folder / f".{CARD}.new"
    fresh.write_text(json.dumps(content, indent=2, ensure_ascii=False) + "\n", encoding="utf-8")
    fresh.replace(folder / CARD)


def renew_card(folder: Path, *, takes_network: bool) -> None:
    """Write a folder's card again, with its files as they are now.

    Raises ModelRefused where what separates has changed, unless `takes_network`, and OSError.
    """
    try:
        card = json.loads((folder / CARD).read_text(encoding="utf-8"))
        known = {name: facts["sha256"] for name, facts in card["files"].items()}
    except (ValueError, KeyError, TypeError, AttributeError) as error:
        raise ModelRefused(f"{folder / CARD} cannot be read: {error!r}") from error
    separating = {name for name in {*known, *_names(folder)} if not _is_for_people(name)}
    for name in sorted(separating) if not takes_network else ():
        found = _facts(folder / name)["sha256"] if (folder / name).is_file() else None
        if found is None or found != known.get(name):
            raise ModelRefused(
                f"{folder.name}: {name} is not what its card says. Release the model anew; --network takes it as it is"
            )
    write_card(folder, card)


def _names(folder: Path) -> list[str]:
    """Every file but the card; none that begins with a dot, and no byte code."""
    found = [path.relative_to(folder) for path in sorted(folder.rglob("*")) if path.is_file()]
    hidden = [name for name in found if any(part.startswith(".") or part == "__pycache__" for part in name.parts)]
    return [name.as_posix() for name in found if name not in hidden and name.as_posix() != CARD]


def _facts(path: Path) -> dict[str, object]:
    with path.open("rb") as file:
        facts: dict[str, object] = {"sha256": hashlib.file_digest(file, "sha256").hexdigest()}
    facts["bytes"] = path.stat().st_size
    return facts | {"for": FOR_PEOPLE} if _is_for_people(path.name) else facts


def _is_for_people(name: str) -> bool:
    return Path(name).suffix in _FOR_PEOPLE


def main() -> int:
    """0 when the card is written; 1, and the card as it was, otherwise."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("folder", type=Path, help="of a model")
    parser.add_argument("--network", action="store_true", help="take what separates as it is, too")
    given = parser.parse_args()
    try:
        renew_card(given.folder, takes_network=given.network)
    except (ModelRefused, OSError) as refused:
        print(f"refused: {refused}", file=sys.stderr)
        return 1
    print(f"{given.folder / CARD} names {', '.join(_names(given.folder))}")
    return 0


if __name__ == "__main__":
    sys.exit(main())
