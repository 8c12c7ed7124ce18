"""Where the data maps lie, and what is compared with them."""

from __future__ import annotations

import os
from pathlib import Path, PurePosixPath

from chassis.datamap.document import DataMap
from chassis.datamap.reading import NAME, read_map
from tests.lints.source import SKIPPED_FOLDERS

ROOT = Path(__file__).resolve().parents[3]
STORED = ("auth", "billing", "library", "retention", "separation")
"""Services with tables: their map lies beside their store."""
PLACES = {service: f"services/{service}/store" for service in STORED} | {
    "gateway": "services/gateway",
    "chassis": "chassis",
    "stack": "stack",
    "web": "web",
}
"""Owner -> the folder of its map."""


def map_folders(root: Path) -> set[Path]:
    """Where a map lies, compared or not, in all that somebody writes."""
    found = set()
    for folder, folders, names in os.walk(root):
        folders[:] = [name for name in folders if name not in SKIPPED_FOLDERS]
        found |= {Path(folder)} if NAME in names else set()
    return found


def map_of(owner: str) -> DataMap:
    return read_map(ROOT, PLACES[owner])


def all_maps() -> list[DataMap]:
    return [map_of(owner) for owner in PLACES]


def where(owner: str) -> PurePosixPath:
    return PurePosixPath(PLACES[owner]) / NAME
