"""Every room of object storage is mapped, and nothing is stored in another."""

from __future__ import annotations

from pathlib import Path

import pytest

from chassis.datamap.comparing import compare
from chassis.objects import RoomUnknown, open_objects
from services.library.domain import rooms as library_rooms
from services.separation.domain import rooms as separation_rooms
from tests.integration.datamap.maps import ROOT, map_of, where

ROOMS = {"library": library_rooms.STORED, "separation": separation_rooms.STORED}


@pytest.mark.parametrize("service", ROOMS)
def test_every_room_is_mapped(service: str) -> None:
    """What a service may store into is what it maps; another room is told with its remedy."""
    living = [f"{room}/" for room in ROOMS[service]]
    assert compare("objects", living, map_of(service), where=where(service)) == []
    assert compare("objects", [*living, "previews/"], map_of(service), where=where(service)) == [
        f"object prefix previews/ is not mapped: add it to {where(service)} with class, kept, erased"
    ]


async def test_nothing_is_stored_outside_the_rooms(tmp_path: Path) -> None:
    """Storage that was given its rooms takes no object of another, and takes those of its own."""
    objects = open_objects(f"file://{tmp_path}", rooms=library_rooms.STORED)
    with pytest.raises(RoomUnknown):
        await objects.put("previews/trk_1/0", b"sealed")
    await objects.put("uploads/upl_1/0", b"sealed")
    assert await objects.get("uploads/upl_1/0") == b"sealed"


def test_services_open_storage_with_their_rooms() -> None:
    """No service opens storage without saying where it stores."""
    openings = [
        (path.name, line.strip())
        for path in (ROOT / "services").rglob("*.py")
        for line in path.read_text(encoding="utf-8").splitlines()
        if "open_objects(" in line or "StoredObjects(" in line
    ]
    assert openings
    assert [opening for opening in openings if "rooms=" not in opening[1]] == []
