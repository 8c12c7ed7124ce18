"""The library's part of each check, on real parts: red without the code that keeps the promise."""

from __future__ import annotations

import dataclasses
from collections.abc import Mapping

import pytest

from chassis.db.examining import Look
from chassis.objects import open_objects
from services.library.app.delete_track import delete_track
from services.library.app.erase_listener import erase_listener
from services.library.app.erase_upload import erase_upload
from services.library.app.sweep import sweep
from services.library.store.examination import Examination
from services.library.store.objects import SealedObjectStore
from services.retention.domain.finding import State
from tests.integration.examined import seen
from tests.integration.library.world import OWNER, World


@pytest.fixture
def looks(world: World) -> Mapping[str, Look]:
    objects = open_objects(f"file://{world.folder}")
    return Examination(world.database, objects, world.clock, uses_storage_party=False).looks()


class Keeping(SealedObjectStore):
    """Storage with the enforcement taken out: it says that everything was removed, and keeps it."""

    async def delete_prefix(self, prefix: str) -> int:
        return 1


@pytest.fixture
def careless(world: World) -> World:
    """A library that removes no object."""
    keeping = Keeping(open_objects(f"file://{world.folder}"))
    return dataclasses.replace(world, ports=dataclasses.replace(world.ports, objects=keeping))


async def test_an_upload_that_nobody_erases_is_seen(world: World, looks: Mapping[str, Look]) -> None:
    """An upload past its day breaks the promise until it is erased, in storage as well as in the tables."""
    upload = await world.uploaded()
    assert await seen(looks, "uploads_erased_in_time") is State.KEPT
    world.clock.advance(hours=24, seconds=61)
    assert await seen(looks, "uploads_erased_in_time") is State.BROKEN
    await erase_upload(world.ports, upload.upload_id)
    assert await seen(looks, "uploads_erased_in_time") is State.KEPT
    assert (await looks["uploads_erased_in_time"]())["erased_uploads_examined"] == 1


async def test_an_erasure_that_leaves_objects_is_seen(careless: World, looks: Mapping[str, Look]) -> None:
    """Whatever the tables say, an erased upload of which storage still has something breaks the promise."""
    upload = await careless.uploaded()
    await erase_upload(careless.ports, upload.upload_id)
    assert careless.stored("uploads/")
    assert await seen(looks, "uploads_erased_in_time") is State.BROKEN


async def test_a_deleted_track_that_leaves_objects_is_seen(
    world: World, careless: World, looks: Mapping[str, Look]
) -> None:
    """A deleted track is gone from storage a minute later, or the promise is broken."""
    for each, state in ((world, State.KEPT), (careless, State.BROKEN)):
        track = await each.track()
        await each.objects.put(each.objects.new_key(), f"stems/{track.track_id}/0/vocals", b"sound")
        await delete_track(each.ports, OWNER, track.track_id)
        world.clock.advance(minutes=2)
        assert await seen(looks, "deleted_tracks_gone") is state
    assert (await looks["deleted_tracks_gone"]())["deleted_tracks_examined"] == 2


async def test_a_deletion_that_does_not_end_is_seen(world: World, looks: Mapping[str, Look]) -> None:
    """A track that is still being deleted after a minute breaks the promise."""
    track = await world.track()
    await world.database.pool.execute(
        "UPDATE tracks SET deleting_at = $2 WHERE track_id = $1", track.track_id, world.clock.now()
    )
    assert await seen(looks, "deleted_tracks_gone") is State.KEPT
    world.clock.advance(seconds=61)
    assert await seen(looks, "deleted_tracks_gone") is State.BROKEN


async def test_what_no_sweep_removes_is_seen(world: World, looks: Mapping[str, Look]) -> None:
    """Rows past their life break the promise until the sweep has removed them."""
    track = await world.track()
    await delete_track(world.ports, OWNER, track.track_id)
    assert await seen(looks, "expired_things_purged") is State.KEPT
    world.clock.advance(days=40)
    assert await seen(looks, "expired_things_purged") is State.BROKEN
    for _ in range(2):
        await sweep(world.ports)
    assert await seen(looks, "expired_things_purged") is State.KEPT


async def test_what_is_left_of_an_erased_person_is_seen(world: World, looks: Mapping[str, Look]) -> None:
    """A row that names a person after their erasure is finished breaks the promise."""
    await world.track()
    await erase_listener(world.ports, OWNER)
    assert await world.database.pool.fetchval("SELECT finished_at IS NOT NULL FROM erased_people")
    assert await seen(looks, "accounts_erased_in_time") is State.KEPT
    await world.database.pool.execute(
        "INSERT INTO made_requests (owner_id, operation, name_hash, content_hash, made_id, made_at)"
        " VALUES ($1, 'x', 'x', 'x', 'x', now())",
        OWNER,
    )
    assert await seen(looks, "accounts_erased_in_time") is State.BROKEN


async def test_an_unmapped_column_or_room_is_seen(world: World, looks: Mapping[str, Look]) -> None:
    """A column, or a place in storage, that the data map does not name breaks the promise as soon as it is there."""
    await world.track()
    assert await seen(looks, "audio_data_is_mapped") is State.KEPT
    assert (await looks["audio_data_is_mapped"]())["rooms_mapped"] == 1
    await world.objects.put(world.objects.new_key(), "previews/trk_1/0", b"sound")
    assert await seen(looks, "audio_data_is_mapped") is State.BROKEN
    (world.folder / "previews" / "trk_1" / "0").unlink()
    (world.folder / "previews" / "trk_1").rmdir()
    (world.folder / "previews").rmdir()
    assert await seen(looks, "audio_data_is_mapped") is State.KEPT
    await world.database.pool.execute("ALTER TABLE tracks ADD COLUMN mood text")
    assert await seen(looks, "audio_data_is_mapped") is State.BROKEN


async def test_storage_elsewhere_is_a_party(world: World, looks: Mapping[str, Look]) -> None:
    """Objects in a folder of this machine are with nobody else; any other place is told as a third party."""
    assert await looks["third_parties_are_named"]() == {"storage_parties": 0}
    elsewhere = Examination(
        world.database, open_objects(f"file://{world.folder}"), world.clock, uses_storage_party=True
    )
    assert await elsewhere.looks()["third_parties_are_named"]() == {"storage_parties": 1}
