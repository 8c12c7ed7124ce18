"""The fact that a deleted track is gone, which its receipt is made of."""

from __future__ import annotations

import dataclasses

import pytest

from chassis.objects import open_objects
from services.library.app.create_share import create_share
from services.library.app.delete_track import delete_track, finish_deletion
from services.library.app.open_track import open_track
from services.library.app.set_cover import set_cover
from services.library.app.sweep import sweep
from services.library.store.objects import SealedObjectStore
from stripsession.library.v1.events_pb2 import TrackErased
from tests.integration.library.world import OWNER, STEMS, World
from tests.unit.library.pictures import png


class _Stuck(SealedObjectStore):
    """Of which nothing below one room can be removed."""

    def __init__(self, world: World, room: str) -> None:
        super().__init__(open_objects(f"file://{world.folder}"))
        self._room = room

    async def delete_prefix(self, prefix: str) -> int:
        if prefix.startswith(self._room):
            raise OSError("the storage is away")
        return await super().delete_prefix(prefix)


async def _told(world: World) -> list[TrackErased]:
    rows = await world.database.pool.fetch(
        "SELECT payload FROM outbox WHERE subject = 'stripsession.library.v1.TrackErased' ORDER BY fact_id"
    )
    return [TrackErased.FromString(row["payload"]) for row in rows]


async def test_what_is_erased_is_counted_and_told_once(world: World) -> None:
    """One fact tells of stems, pieces, outlines, cover and links, and when, however often the deletion is asked for."""
    track = await world.track(title="A title that goes")
    await open_track(world.ports, track.track_id, track.job_id, 1, STEMS)
    for index in range(3):
        await world.commit(track, index)
    await set_cover(world.ports, OWNER, track.track_id, png(9, 9))
    await create_share(world.ports, OWNER, track.track_id, 3600, "", "")
    asked_at = world.clock.now()
    for _ in range(2):
        await delete_track(world.ports, OWNER, track.track_id)
        world.clock.advance(seconds=60)
        await sweep(world.ports)
    (fact,) = await _told(world)
    assert (fact.track_id, fact.owner_id, fact.upload_id) == (track.track_id, OWNER, track.upload_id)
    assert (fact.stems, fact.stem_files, fact.peaks, fact.covers, fact.links) == (2, 6, 6, 1, 1)
    assert fact.asked_at == fact.erased_at
    assert fact.asked_at.seconds == int(asked_at.timestamp())
    assert b"title" not in fact.SerializeToString()


async def test_a_deletion_that_two_finish_is_told_once(world: World) -> None:
    """A replica whose sweep comes to what another has just finished tells nothing more."""
    track = await world.track()
    await delete_track(world.ports, OWNER, track.track_id)
    async with world.ports.store.transaction() as work:
        gone = await work.tracks.locked(track.track_id)
    assert gone is not None
    await finish_deletion(world.ports, gone)
    assert len(await _told(world)) == 1


@pytest.mark.parametrize("room", ["stems/", "covers/", "uploads/"])
async def test_nothing_is_told_before_the_last_object_is_gone(world: World, room: str) -> None:
    """While the storage keeps anything there is no fact; the sweep that removes it tells it, with its own time."""
    track = await world.track()
    await open_track(world.ports, track.track_id, track.job_id, 1, STEMS)
    await world.commit(track, 0)
    await set_cover(world.ports, OWNER, track.track_id, png(9, 9))
    stuck = dataclasses.replace(world.ports, objects=_Stuck(world, room))
    with pytest.raises(OSError, match="away"):
        await delete_track(stuck, OWNER, track.track_id)
    await sweep(stuck)
    assert world.stored(room)
    assert await _told(world) == []
    world.clock.advance(seconds=60)
    await sweep(world.ports)
    assert world.stored() == []
    (fact,) = await _told(world)
    assert fact.erased_at.seconds - fact.asked_at.seconds == 60
    assert (fact.stem_files, fact.covers, fact.links) == (2, 1, 0)
