"""Writes a folder of the model registry: the network, its card for programs and its card for people."""

from __future__ import annotations

import json
import shutil
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path

from inference.cards import write_card

SCHEMA = 2


@dataclass(frozen=True)
class Imported:
    """What is known of an imported model, in the registry's words; lengths in samples at `sample_rate_hz`."""

    name: str
    version: str
    title: str
    summary: str
    stems: tuple[str, ...]
    sample_rate_hz: int
    segment_samples: int
    hop_samples: int
    placement: str
    licence: str
    rights: tuple[str, ...]
    transform: Mapping[str, object]
    source: Mapping[str, object] = field(default_factory=dict)


@contextmanager
def kept_if_finished(folder: Path) -> Iterator[Path]:
    """A place beside `folder` to work in, which becomes it at the block's end, and vanishes if that is not reached.

    An import that is refused or interrupted so leaves nothing that could be taken for a model.
    """
    beside = folder.with_name(f".{folder.name}.importing")
    shutil.rmtree(beside, ignore_errors=True)
    # Under its own name, which is said where it is refused.
    place = beside / folder.name
    try:
        yield place
        place.rename(folder)
    finally:
        shutil.rmtree(beside, ignore_errors=True)


def write_folder(folder: Path, model: Imported, network: bytes) -> None:
    """Make `folder` with everything but the result of the check. Raises FileExistsError where there is one."""
    folder.mkdir(parents=True)
    (folder / "network.onnx").write_bytes(network)
    card = {
        "schema": SCHEMA,
        "name": model.name,
        "version": model.version,
        "title": model.title,
        "summary": model.summary,
        "stems": list(model.stems),
        "sample_rate": model.sample_rate_hz,
        "segment_samples": model.segment_samples,
        "hop_samples": model.hop_samples,
        "placement": model.placement,
        "licence": model.licence,
        "rights": list(model.rights),
        "transform": dict(model.transform),
        "imported_from": dict(model.source),
        "checked": {},
    }
    _write(folder, card)


def note_check(folder: Path, checked: Mapping[str, object]) -> None:
    """Add how the import was checked to both cards."""
    card = json.loads((folder / "model.json").read_text(encoding="utf-8"))
    card["checked"] = dict(checked)
    _write(folder, card)


def _write(folder: Path, card: Mapping[str, object]) -> None:
    licence = card["licence"] or "none stated; it cannot become the default"
    lines = [
        f"# {card['title']}",
        "",
        f"{card['summary']}",
        "",
        f"- Licence, as the operator who imported it stated: {licence}",
        *(f"- Rights: {right}" for right in card["rights"]),
        *(f"- {name.replace('_', ' ').capitalize()}: {value}" for name, value in card["imported_from"].items()),
        f"- Checked: {json.dumps(card['checked'])}" if card["checked"] else "- Not checked.",
        "",
    ]
    (folder / "card.md").write_text("\n".join(lines), encoding="utf-8")
    write_card(folder, card)
