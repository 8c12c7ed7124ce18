"""Objects that nobody needs any more are removed, whatever goes wrong on the way, and no other."""

from __future__ import annotations

import asyncio
import contextlib
import dataclasses
from collections.abc import AsyncIterator, Collection

import pytest

from chassis.objects import open_objects
from services.library.app.create_track import create_track
from services.library.app.discard_object import CLAIM_LIFE, PAUSE_MAX, PAUSE_MIN
from services.library.app.erase_listener import erase_listener
from services.library.app.list_tracks import list_tracks
from services.library.app.ports import Ports, Store, Work
from services.library.app.read_cover import read_cover
from services.library.app.set_cover import remove_cover, set_cover
from services.library.app.sweep import sweep, sweep_jobs
from services.library.domain.errors import CoverNotFound, LimitReached, SeparationUnavailable
from services.library.domain.keys import Key
from services.library.store.objects import SealedObjectStore
from tests.integration.library.test_covers import FILES
from tests.integration.library.world import OWNER, World
from tests.unit.library.pictures import jpeg, png


class _Stuck(SealedObjectStore):
    """Of which nothing can be removed."""

    def __init__(self, world: World) -> None:
        super().__init__(open_objects(f"file://{world.folder}"))

    async def delete(self, name: str) -> None:
        raise OSError("the storage is away")

    async def delete_prefix(self, prefix: str) -> int:
        raise OSError("the storage is away")


class _Crashing(SealedObjectStore):
    """In which the process dies once an object is written or removed, before it can say so."""

    def __init__(self, world: World) -> None:
        super().__init__(open_objects(f"file://{world.folder}"))
        self.is_dead = False

    async def put(self, key: Key, name: str, plain: bytes | bytearray) -> None:
        await super().put(key, name, plain)
        self.is_dead = True
        raise asyncio.CancelledError

    async def delete(self, name: str) -> None:
        await super().delete(name)
        self.is_dead = True
        raise asyncio.CancelledError


class _Dying:
    """The store of that process, which is asked for nothing once it is dead."""

    def __init__(self, inner: Store, storage: _Crashing) -> None:
        self._inner = inner
        self._storage = storage

    @contextlib.asynccontextmanager
    async def transaction(self) -> AsyncIterator[Work]:
        if self._storage.is_dead:
            raise ConnectionError
        async with self._inner.transaction() as work:
            yield work


class _Hanging(SealedObjectStore):
    """Of which nothing is removed until somebody gives up waiting."""

    def __init__(self, world: World) -> None:
        super().__init__(open_objects(f"file://{world.folder}"))
        self.reached = asyncio.Event()

    async def delete(self, name: str) -> None:
        self.reached.set()
        await asyncio.Event().wait()


class _Picky(SealedObjectStore):
    """Of which some objects cannot be removed."""

    def __init__(self, world: World, kept: Collection[str]) -> None:
        super().__init__(open_objects(f"file://{world.folder}"))
        self.kept = kept
        self.tries = 0

    async def delete(self, name: str) -> None:
        self.tries += 1
        if name in self.kept:
            raise OSError("that one stays")
        await super().delete(name)


class _Watched(SealedObjectStore):
    """Which looks, while it removes, whether anybody holds a row of what is noted."""

    def __init__(self, world: World) -> None:
        super().__init__(open_objects(f"file://{world.folder}"))
        self._database = world.database
        self.removed = 0

    async def delete(self, name: str) -> None:
        rows = await self._database.pool.fetch("SELECT object_name FROM needless_objects FOR UPDATE NOWAIT")
        assert [row["object_name"] for row in rows] == [name]
        self.removed += 1
        await super().delete(name)


class _Slow(SealedObjectStore):
    """In which an object arrives so late that the sweep has been looking for it, with these ports."""

    def __init__(self, world: World, sweeping: Ports) -> None:
        super().__init__(open_objects(f"file://{world.folder}"))
        self._world = world
        self._sweeping = sweeping

    async def put(self, key: Key, name: str, plain: bytes | bytearray) -> None:
        await super().put(key, name, plain)
        self._world.clock.advance(hours=2)
        with contextlib.suppress(asyncio.CancelledError):
            await sweep(self._sweeping)


class _Broken:
    """A store whose second unit of work ends in a fault, with or without its commit."""

    def __init__(self, inner: Store, fault: BaseException, *, commits: bool) -> None:
        self._inner = inner
        self._fault = fault
        self._commits = commits
        self._works = 0

    @contextlib.asynccontextmanager
    async def transaction(self) -> AsyncIterator[Work]:
        self._works += 1
        is_second = self._works == 2
        async with self._inner.transaction() as work:
            yield work
            if is_second and not self._commits:
                raise self._fault
        if is_second:
            raise self._fault


def _crashing(world: World) -> Ports:
    storage = _Crashing(world)
    return dataclasses.replace(world.ports, objects=storage, store=_Dying(world.ports.store, storage))


def _stuck(world: World) -> Ports:
    return dataclasses.replace(world.ports, objects=_Stuck(world))


async def _noted(world: World, count: int) -> list[str]:
    """As many objects that nobody needs, one due after the other."""
    names = [f"covers/trk_left/cov_{index:03d}" for index in range(count)]
    async with world.ports.store.transaction() as work:
        for name in names:
            world.clock.advance(seconds=1)
            await world.objects.put(world.objects.new_key(), name, b"picture")
            await work.needless_objects.note(OWNER, name, world.clock.now())
    return names


@pytest.mark.parametrize("is_away", [False, True], ids=["storage there", "storage away"])
async def test_a_cover_goes_with_a_track_that_is_refused(world: World, is_away: bool) -> None:
    """A picture sent while separation had not answered goes with the track that its refusal removes."""
    upload = await world.uploaded()
    world.separation.holding = asyncio.Event()
    ports = _stuck(world) if is_away else world.ports
    making = asyncio.create_task(create_track(ports, OWNER, upload.upload_id, "", "", ""))
    await world.separation.arrived.wait()
    (track,) = (await list_tracks(world.ports, OWNER, "", 10, "")).tracks
    await set_cover(world.ports, OWNER, track.track_id, png(9, 9))
    world.separation.refusal = LimitReached("MINUTES_EXHAUSTED", "No minutes are left.")
    world.separation.holding.set()
    with pytest.raises(LimitReached):
        await making
    assert len(world.stored("covers/")) == is_away
    world.clock.advance(seconds=PAUSE_MIN.total_seconds())
    await sweep(world.ports)
    assert world.stored("covers/") == []


async def test_a_cover_goes_with_a_track_whose_upload_is_gone(world: World) -> None:
    """The sweep that gives a track up, since its file is gone, removes its cover as well."""
    upload = await world.uploaded()
    world.separation.refusal = SeparationUnavailable()
    with pytest.raises(SeparationUnavailable):
        await create_track(world.ports, OWNER, upload.upload_id, "", "", "")
    (track,) = (await list_tracks(world.ports, OWNER, "", 10, "")).tracks
    await set_cover(world.ports, OWNER, track.track_id, png(9, 9))
    async with world.ports.store.transaction() as work:
        await work.uploads.destroy_key(upload.upload_id)
    world.clock.advance(seconds=60)
    await sweep_jobs(world.ports)
    assert (await list_tracks(world.ports, OWNER, "", 10, "")).tracks == ()
    assert world.stored("covers/") == []


@pytest.mark.parametrize("fault", [ConnectionError(), asyncio.CancelledError()], ids=["broken", "cancelled"])
async def test_a_cover_stays_whose_commit_was_not_heard_of(world: World, fault: BaseException) -> None:
    """Where the connection broke at the commit, or nobody waited for it, a cover that was committed is kept."""
    track = await world.track()
    await set_cover(world.ports, OWNER, track.track_id, png(9, 9))
    broken = dataclasses.replace(world.ports, store=_Broken(world.ports.store, fault, commits=True))
    with pytest.raises(type(fault)):
        await set_cover(broken, OWNER, track.track_id, jpeg(9, 9))
    for _ in range(2):
        assert (await read_cover(world.ports, OWNER, track.track_id)).data == jpeg(9, 9)
        world.clock.advance(hours=2)
        await sweep(world.ports)
    assert len(world.stored("covers/")) == 1


@pytest.mark.parametrize("fault", [ConnectionError(), asyncio.CancelledError()], ids=["broken", "cancelled"])
async def test_a_cover_that_was_not_committed_is_removed(world: World, fault: BaseException) -> None:
    """What was stored for a change that never was is removed within the hour; the cover before it stays."""
    track = await world.track()
    await set_cover(world.ports, OWNER, track.track_id, png(9, 9))
    broken = dataclasses.replace(world.ports, store=_Broken(world.ports.store, fault, commits=False))
    with pytest.raises(type(fault)):
        await set_cover(broken, OWNER, track.track_id, jpeg(9, 9))
    world.clock.advance(hours=2)
    await sweep(world.ports)
    assert len(world.stored("covers/")) == 1
    assert (await read_cover(world.ports, OWNER, track.track_id)).data == png(9, 9)


@pytest.mark.parametrize("dies", [False, True], ids=["removed", "removed by one that died"])
async def test_a_cover_that_came_too_late_is_not_named(world: World, dies: bool) -> None:
    """Of an object that the sweep has taken away as never finished no row is written, even if it died in the middle."""
    track = await world.track()
    await set_cover(world.ports, OWNER, track.track_id, png(9, 9))
    late = _Slow(world, _crashing(world) if dies else world.ports)
    with pytest.raises(TimeoutError):
        await set_cover(dataclasses.replace(world.ports, objects=late), OWNER, track.track_id, jpeg(9, 9))
    assert (await read_cover(world.ports, OWNER, track.track_id)).data == png(9, 9)


async def test_a_slow_storage_holds_no_row(world: World) -> None:
    """While the storage removes an object no transaction is open on its note."""
    track = await world.track()
    watched = _Watched(world)
    ports = dataclasses.replace(world.ports, objects=watched)
    await set_cover(ports, OWNER, track.track_id, png(9, 9))
    await set_cover(ports, OWNER, track.track_id, jpeg(9, 9))
    assert (watched.removed, len(world.stored("covers/"))) == (1, 1)
    assert await world.database.pool.fetchval("SELECT count(object_name) FROM needless_objects") == 0


async def test_what_a_dead_process_was_removing_is_taken_up(world: World) -> None:
    """A note that was claimed is left alone until the claim runs out; whoever comes then removes again, and ends it."""
    track = await world.track()
    await set_cover(world.ports, OWNER, track.track_id, png(9, 9))
    with pytest.raises(asyncio.CancelledError):
        await remove_cover(_crashing(world), OWNER, track.track_id)
    assert await sweep(world.ports) == 0
    world.clock.advance(seconds=CLAIM_LIFE.total_seconds())
    assert await sweep(world.ports) == 1
    assert await sweep(world.ports) == 0
    assert await world.database.pool.fetchval("SELECT count(object_name) FROM needless_objects") == 0


async def test_a_files_cover_that_a_crash_left_is_removed(world: World) -> None:
    """A cover out of a file that was written when the process died, and is no track's, goes within the hour."""
    world.separation.acceptance = dataclasses.replace(world.separation.acceptance, cover=FILES)
    upload = await world.uploaded()
    with pytest.raises(asyncio.CancelledError):
        await create_track(_crashing(world), OWNER, upload.upload_id, "", "", "")
    assert len(world.stored("covers/")) == 1
    world.clock.advance(hours=2)
    await sweep(world.ports)
    assert world.stored("covers/") == []


async def test_a_files_cover_stays(world: World) -> None:
    """What was noted of a cover as it was written out of a file is taken back with the row that names it."""
    world.separation.acceptance = dataclasses.replace(world.separation.acceptance, cover=FILES)
    track = await world.track()
    world.clock.advance(hours=2)
    await sweep(world.ports)
    assert (await read_cover(world.ports, OWNER, track.track_id)).data == FILES.data


async def test_a_files_cover_that_came_too_late_is_not_named(world: World) -> None:
    """A track whose file's cover was taken for needless meanwhile has none, and is accepted all the same."""
    world.separation.acceptance = dataclasses.replace(world.separation.acceptance, cover=FILES)
    upload = await world.uploaded()
    late = dataclasses.replace(world.ports, objects=_Slow(world, world.ports))
    track = await create_track(late, OWNER, upload.upload_id, "", "", "")
    with pytest.raises(CoverNotFound):
        await read_cover(world.ports, OWNER, track.track_id)
    assert world.stored("covers/") == []


async def test_a_change_does_not_fail_for_what_it_leaves(world: World) -> None:
    """With the storage away a cover is changed and removed all the same; the sweep removes the objects later."""
    track = await world.track()
    await set_cover(world.ports, OWNER, track.track_id, png(9, 9))
    await set_cover(_stuck(world), OWNER, track.track_id, jpeg(9, 9))
    assert (await read_cover(world.ports, OWNER, track.track_id)).data == jpeg(9, 9)
    assert not (await remove_cover(_stuck(world), OWNER, track.track_id)).has_cover
    world.clock.advance(seconds=PAUSE_MIN.total_seconds())
    await sweep(_stuck(world))
    assert len(world.stored("covers/")) == 2
    world.clock.advance(seconds=PAUSE_MIN.total_seconds())
    await sweep(world.ports)
    assert world.stored("covers/") == []


@pytest.mark.parametrize("times", [1, 2], ids=["once", "again and again"])
async def test_a_removal_that_is_broken_off_is_anybodys_at_once(world: World, times: int) -> None:
    """Where nobody waits for the storage any more, however impatiently that is said, the note is free for the next."""
    track = await world.track()
    await set_cover(world.ports, OWNER, track.track_id, png(9, 9))
    storage = _Hanging(world)
    removing = asyncio.ensure_future(
        remove_cover(dataclasses.replace(world.ports, objects=storage), OWNER, track.track_id)
    )
    await storage.reached.wait()
    for _ in range(times):
        removing.cancel()
        await asyncio.sleep(0)
    with pytest.raises(asyncio.CancelledError):
        await removing
    async with asyncio.timeout(10):
        while await sweep(world.ports) == 0:
            pass
    assert world.stored("covers/") == []


async def test_what_can_never_be_removed_keeps_nothing_waiting(world: World) -> None:
    """However many objects the storage refuses to remove, those noted after them are gone with the next sweep."""
    *kept, young = await _noted(world, 51)
    ports = dataclasses.replace(world.ports, objects=_Picky(world, kept))
    for _ in range(2):
        world.clock.advance(seconds=PAUSE_MAX.total_seconds())
        await sweep(ports)
    assert young not in world.stored("covers/")
    assert world.stored("covers/") == kept


async def test_what_cannot_be_removed_is_tried_ever_more_seldom(world: World) -> None:
    """In an hour an object is tried about ten times, and within ten minutes of the storage's being whole it is gone."""
    storage = _Picky(world, await _noted(world, 1))
    ports = dataclasses.replace(world.ports, objects=storage)
    for _ in range(60):
        await sweep(ports)
        world.clock.advance(seconds=60)
    assert 5 <= storage.tries <= 15
    storage.kept = ()
    world.clock.advance(seconds=PAUSE_MAX.total_seconds())
    await sweep(ports)
    assert world.stored("covers/") == []


async def test_an_erasure_goes_past_what_cannot_be_removed(world: World) -> None:
    """A person's other objects go though one cannot be removed now; their erasure is finished once that is gone too."""
    stays, _ = await _noted(world, 2)
    ports = dataclasses.replace(world.ports, objects=_Picky(world, [stays]))
    assert not (await erase_listener(ports, OWNER)).is_finished
    assert world.stored("covers/") == [stays]
    world.clock.advance(seconds=PAUSE_MIN.total_seconds())
    assert (await erase_listener(world.ports, OWNER)).is_finished
    assert world.stored("covers/") == []


async def test_a_person_is_not_erased_before_what_may_be_left(world: World) -> None:
    """While a cover that never was theirs may still be stored the erasure goes on; after that it is finished."""
    track = await world.track()
    broken = dataclasses.replace(world.ports, store=_Broken(world.ports.store, ConnectionError(), commits=False))
    with pytest.raises(ConnectionError):
        await set_cover(broken, OWNER, track.track_id, png(9, 9))
    assert not (await erase_listener(world.ports, OWNER)).is_finished
    world.clock.advance(hours=2)
    assert (await erase_listener(world.ports, OWNER)).is_finished
    assert world.stored() == []
