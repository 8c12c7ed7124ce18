"""A listener sets a track's cover, and removes it."""

from __future__ import annotations

import dataclasses

import pytest

from chassis.objects import open_objects
from services.library.app.delete_track import delete_track
from services.library.app.read_cover import read_cover
from services.library.app.read_tracks import get_track
from services.library.app.set_cover import remove_cover, set_cover
from services.library.app.store_cover import store_cover
from services.library.domain.errors import (
    AccountNotFound,
    CoverNotFound,
    CoverTooLarge,
    CoverUnreadable,
    TrackNotFound,
)
from services.library.domain.file_tags import Cover, FileTags
from services.library.domain.identifiers import new_track_id
from services.library.domain.keys import Key
from services.library.store.objects import SealedObjectStore
from tests.integration.library.world import OWNER, STRANGER, World
from tests.unit.library.pictures import jpeg, png, webp_lossless

FILES = Cover("image/png", b"\x89PNG\r\n\x1a\n of the file")


async def test_another_cover_takes_the_place_of_the_one_before(world: World) -> None:
    """What was sent is read back as it is under another version; of the one before neither key nor object is left."""
    world.separation.acceptance = dataclasses.replace(world.separation.acceptance, cover=FILES)
    track = await world.track()
    versions = {(await get_track(world.ports, OWNER, track.track_id)).cover_version}
    for media_type, data in (
        ("image/jpeg", jpeg(9, 9)),
        ("image/webp", webp_lossless(9, 9)),
        ("image/png", png(9, 9)),
        ("image/png", png(9, 9)),
    ):
        before = world.stored("covers/")
        world.clock.advance(seconds=1)
        changed = await set_cover(world.ports, OWNER, track.track_id, data)
        assert await read_cover(world.ports, OWNER, track.track_id) == Cover(media_type, data)
        assert changed == await get_track(world.ports, OWNER, track.track_id)
        assert changed.updated_at == world.clock.now()
        versions.add(changed.cover_version)
        (stored,) = world.stored("covers/")
        assert stored not in before
        assert data[:8] not in (world.folder / stored).read_bytes()
    assert len(versions) == 5


async def test_a_removed_cover_is_erased(world: World) -> None:
    """Removing destroys the key and the object, also twice; a track that never had one is as before."""
    track, plain = await world.track(), await world.track()
    await set_cover(world.ports, OWNER, track.track_id, png(9, 9))
    for one in (track, track, plain):
        assert not (await remove_cover(world.ports, OWNER, one.track_id)).has_cover
        with pytest.raises(CoverNotFound):
            await read_cover(world.ports, OWNER, one.track_id)
    assert world.stored("covers/") == []
    assert await world.database.pool.fetchval("SELECT count(wrapped_key) FROM track_tags") == 0


async def test_the_files_cover_does_not_come_after_a_choice(world: World) -> None:
    """Whoever chose a cover, or none, before the file was looked into keeps that, and gets the file's words."""
    chosen, none = await world.track(), await world.track()
    # As before separation's answer.
    await world.database.pool.execute("DELETE FROM track_tags")
    await set_cover(world.ports, OWNER, chosen.track_id, png(9, 9))
    await remove_cover(world.ports, OWNER, none.track_id)
    for track in (chosen, none):
        async with world.ports.store.transaction() as work:
            await work.file_tags.add(track.track_id, FileTags(album="Album"))
            await work.file_tags.add(track.track_id, FileTags(album="Another"))
            assert (await work.file_tags.get(track.track_id)).album == "Album"
        await store_cover(world.ports, track, FILES)
    assert (await read_cover(world.ports, OWNER, chosen.track_id)).data == png(9, 9)
    with pytest.raises(CoverNotFound):
        await read_cover(world.ports, OWNER, none.track_id)
    assert len(world.stored("covers/")) == 1


async def test_a_stranger_changes_no_cover(world: World) -> None:
    """Another's track, a deleted one and one that never was are not found, and nothing is stored of the picture."""
    track, deleted = await world.track(), await world.track()
    await set_cover(world.ports, OWNER, track.track_id, png(9, 9))
    await delete_track(world.ports, OWNER, deleted.track_id)
    for owner_id, track_id in (
        (STRANGER, track.track_id),
        (OWNER, deleted.track_id),
        (OWNER, new_track_id()),
    ):
        with pytest.raises(TrackNotFound):
            await set_cover(world.ports, owner_id, track_id, jpeg(9, 9))
        with pytest.raises(TrackNotFound):
            await remove_cover(world.ports, owner_id, track_id)
    assert (await read_cover(world.ports, OWNER, track.track_id)).data == png(9, 9)
    assert len(world.stored("covers/")) == 1


async def test_what_is_no_cover_changes_nothing(world: World) -> None:
    """A file that is no picture, or too large a one, leaves the cover that is there."""
    track = await world.track()
    await set_cover(world.ports, OWNER, track.track_id, png(9, 9))
    with pytest.raises(CoverUnreadable):
        await set_cover(world.ports, OWNER, track.track_id, b"<svg/>")
    with pytest.raises(CoverTooLarge):
        await set_cover(world.ports, OWNER, track.track_id, png(30_000, 30_000))
    assert (await read_cover(world.ports, OWNER, track.track_id)).data == png(9, 9)


class _Meanwhile(SealedObjectStore):
    """Whose track is deleted as soon as a cover of it is stored."""

    def __init__(self, world: World, track_id: str) -> None:
        super().__init__(open_objects(f"file://{world.folder}"))
        self._world, self._track_id = world, track_id

    async def put(self, key: Key, name: str, plain: bytes | bytearray) -> None:
        await super().put(key, name, plain)
        await self._world.database.pool.execute(
            "UPDATE tracks SET deleting_at = now() WHERE track_id = $1", self._track_id
        )


async def test_nothing_is_kept_of_a_cover_that_comes_after_an_erasure(world: World) -> None:
    """A picture whose track goes, or whose owner is erased, while it is stored leaves no object."""
    track = await world.track()
    ports = dataclasses.replace(world.ports, objects=_Meanwhile(world, track.track_id))
    with pytest.raises(TrackNotFound):
        await set_cover(ports, OWNER, track.track_id, png(9, 9))
    assert world.stored("covers/") == []
    erased = await world.track()
    await world.database.pool.execute("INSERT INTO erased_people (user_id, begun_at) VALUES ($1, now())", OWNER)
    with pytest.raises(AccountNotFound):
        await set_cover(world.ports, OWNER, erased.track_id, png(9, 9))
    assert world.stored("covers/") == []
