"""What separation holds of a person, kind by kind."""

from __future__ import annotations

from collections.abc import Mapping

from chassis.datamap.classes import DataClass
from chassis.db.census import Basis, Kept, Kind

KINDS = (
    Kind(
        *("jobs", DataClass.PSEUDONYMOUS, Kept.ACCOUNT_LIFE, Basis.CONTRACT, ("jobs",)),
        "jobs WHERE owner_id = $1",
        "created_at",
    ),
)

UNCOUNTED: Mapping[str, str] = {
    "stems/": "the library has the name of every object there, and counts them",
    "/dev/shm/stripsession-separation-*": "some seconds of sound in a worker's memory, wiped after each use",  # noqa: S108 - a place in the map, which this opens not
}
