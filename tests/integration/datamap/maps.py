"""Where the data maps lie, and what is compared with them."""

from __future__ import annotations

from pathlib import Path, PurePosixPath

from chassis.datamap.document import DataMap
from chassis.datamap.reading import NAME, read_map

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


def map_of(owner: str) -> DataMap:
    return read_map(ROOT, PLACES[owner])


def all_maps() -> list[DataMap]:
    return [map_of(owner) for owner in PLACES]


def where(owner: str) -> PurePosixPath:
    return PurePosixPath(PLACES[owner]) / NAME
