"""The erasure of a listener, on real PostgreSQL and a real folder."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Awaitable

import pytest

from services.library.app import erase_listener as verb
from services.library.app.append_upload import append_upload
from services.library.app.cancel_track import cancel_track
from services.library.app.create_share import create_share
from services.library.app.create_upload import create_upload
from services.library.app.create_webhook_endpoint import create_webhook_endpoint
from services.library.app.delete_track import delete_track
from services.library.app.erase_listener import erase_listener
from services.library.app.erase_upload import erase_upload
from services.library.app.open_share import open_share
from services.library.app.open_track import open_track
from services.library.app.ports import Ports
from services.library.app.read_segment import read_segment
from services.library.app.sweep import TOMBSTONE_LIFE, UPLOAD_ROW_LIFE, sweep
from services.library.domain.errors import (
    AccountNotFound,
    SeparationUnavailable,
    ShareNotFound,
    UploadNotFound,
)
from services.library.domain.identifiers import new_upload_id
from services.library.domain.upload import Upload
from tests.integration.library.world import OWNER, STEMS, STRANGER, World

PERSONAL = ("user_keys", "upload_parts", "segments", "segment_stems", "findings", "track_tags", "shares")


async def _furnished(world: World, owner_id: str) -> str:
    """A track with two segments and a link, and an upload that nobody made a track of; the link's token."""
    track = await world.track(owner_id, "Song")
    await open_track(world.ports, track.track_id, track.job_id, 1, STEMS)
    for index in range(2):
        await world.commit(track, index)
    _, token = await create_share(world.ports, owner_id, track.track_id, 3600, "")
    await world.uploaded(owner_id=owner_id)
    return token


async def _counts(world: World) -> dict[str, int]:
    return {
        name: await world.database.pool.fetchval(f"SELECT count(*) FROM {name}")  # noqa: S608 - names of the list above
        for name in PERSONAL
    }


async def test_all_of_a_listener_goes_and_nothing_of_anothers(world: World) -> None:
    """Keys, objects, tracks, links and uploads go, counted once however often it is asked; a neighbour's play on."""
    strangers_token = await _furnished(world, STRANGER)
    before, kept = await _counts(world), world.stored()
    token = await _furnished(world, OWNER)
    done = await erase_listener(world.ports, OWNER)
    assert done.is_finished
    assert done.counts == {"keys": 1, "tracks": 1, "uploads": 2, "shares": 1, "segments": 4}
    assert await erase_listener(world.ports, OWNER) == done
    assert await _counts(world) == before
    assert world.stored() == kept
    assert world.separation.cancelled == world.separation.submitted[1:]
    left = await world.database.pool.fetchrow(
        "SELECT title, artist, search_text FROM tracks WHERE owner_id = $1", OWNER
    )
    assert tuple(left) == ("", "", "")
    with pytest.raises(ShareNotFound):
        await open_share(world.ports, token)
    shared = await open_share(world.ports, strangers_token)
    assert await read_segment(world.ports, STRANGER, shared.track_id, "vocals", 0)


async def test_names_go_a_day_later(world: World) -> None:
    """Identifiers by which a late worker's objects are found go with the sweep; a neighbour's erased upload stays."""
    await _furnished(world, OWNER)
    upload = await world.uploaded(owner_id=STRANGER)
    await erase_upload(world.ports, upload.upload_id)
    await erase_listener(world.ports, OWNER)
    world.clock.advance(seconds=TOMBSTONE_LIFE.total_seconds() + 1)
    # The first round takes the tracks, which hold the rows of their uploads.
    for _ in range(2):
        await sweep(world.ports)
    assert await world.database.pool.fetchval("SELECT count(*) FROM tracks") == 0
    assert [row["owner_id"] for row in await world.database.pool.fetch("SELECT owner_id FROM uploads")] == [STRANGER]


async def test_a_failed_tracks_upload_stops_no_sweep(world: World) -> None:
    """The row of an erased upload stays for as long as a track names it, also of one that was stopped."""
    track = await world.track()
    await cancel_track(world.ports, OWNER, track.track_id)
    await erase_upload(world.ports, track.upload_id)
    world.clock.advance(seconds=UPLOAD_ROW_LIFE.total_seconds() + 1)
    await sweep(world.ports)
    assert await world.database.pool.fetchval("SELECT count(*) FROM uploads") == 1


async def test_nothing_late_brings_a_listener_back(world: World) -> None:
    """Who is erased gets no new key: no upload is begun, no segment is kept, and what was on its way leaves nothing."""
    track = await world.track()
    await open_track(world.ports, track.track_id, track.job_id, 1, STEMS)
    sealed = await world.sealed(track, 0)
    waiting = await create_upload(world.ports, world.limits, OWNER, 2000, "late.flac")
    half_sent, going_on = asyncio.Event(), asyncio.Event()

    async def slowly() -> AsyncIterator[bytes]:
        yield b"x" * 1000
        half_sent.set()
        await going_on.wait()
        yield b"y" * 1000

    async with asyncio.TaskGroup() as tasks:
        append = append_upload(world.ports, world.limits, OWNER, waiting.upload_id, 0, slowly())
        sending = tasks.create_task(_raised(append))
        await half_sent.wait()
        assert (await erase_listener(world.ports, OWNER)).is_finished
        going_on.set()
    assert isinstance(sending.result(), UploadNotFound)
    with pytest.raises(AccountNotFound):
        await create_upload(world.ports, world.limits, OWNER, 10, "")
    async with world.ports.store.transaction() as work:
        with pytest.raises(AccountNotFound):
            await work.segments.add(OWNER, track.track_id, sealed, world.clock.now())
    assert (await erase_listener(world.ports, OWNER)).is_finished
    # The worker's own object came after its track's were removed: the sweep knows the track for a day.
    await world.sealed(track, 1)
    world.clock.advance(seconds=TOMBSTONE_LIFE.total_seconds() + 1)
    await sweep(world.ports)
    assert world.stored() == []
    assert await world.database.pool.fetchval("SELECT count(*) FROM user_keys") == 0


async def test_an_erasure_waits_for_whoever_is_writing(world: World) -> None:
    """An upload that is being begun in the very moment is found and erased, not left behind."""
    async with world.ports.store.transaction() as work:
        await work.uploads.count_open(OWNER)
        erasing = asyncio.create_task(erase_listener(world.ports, OWNER))
        waiting = "SELECT count(*) FROM pg_locks WHERE locktype = 'advisory' AND NOT granted"
        async with asyncio.timeout(20):
            while not await world.database.pool.fetchval(waiting):
                pass
        now = world.clock.now()
        upload = Upload(new_upload_id(), OWNER, 10, 0, "song.flac", now, now + world.limits.upload_life)
        await work.uploads.add(upload, world.objects.new_key())
    done = await erasing
    assert done.is_finished
    assert done.counts["uploads"] == 1
    row = await world.database.pool.fetchrow(
        "SELECT wrapped_key, erased_at FROM uploads WHERE upload_id = $1", upload.upload_id
    )
    assert row["wrapped_key"] is None
    assert row["erased_at"] is not None


async def test_a_large_library_is_erased_in_several_calls(world: World, monkeypatch: pytest.MonkeyPatch) -> None:
    """A call that runs out of patience says so; the keys are gone by then, and the next one goes on."""
    await _furnished(world, OWNER)
    monkeypatch.setattr(verb, "_PATIENCE_S", 0)
    first = await erase_listener(world.ports, OWNER)
    assert not first.is_finished
    assert await world.database.pool.fetchval("SELECT count(*) FROM user_keys") == 0
    assert first.counts == {"keys": 1}
    monkeypatch.undo()
    done = await erase_listener(world.ports, OWNER)
    assert done.is_finished
    assert done.counts == {"keys": 1, "tracks": 1, "uploads": 2, "shares": 1, "segments": 4}
    assert world.stored() == []


async def test_the_key_goes_in_a_commit_of_its_own(world: World, monkeypatch: pytest.MonkeyPatch) -> None:
    """What takes long cannot keep it: webhooks and all that was sent there go afterwards, in steps."""
    await create_webhook_endpoint(world.ports, OWNER, "https://one.example.org/", ["track.created"], "hook")
    await world.track()
    monkeypatch.setattr(verb, "_PATIENCE_S", 0)
    assert not (await erase_listener(world.ports, OWNER)).is_finished
    count = "SELECT count(*) FROM "
    kept = [await world.database.pool.fetchval(count + name) for name in ("user_keys", "webhook_deliveries")]
    assert kept == [0, 1]
    monkeypatch.undo()
    assert (await erase_listener(world.ports, OWNER)).is_finished
    assert await world.database.pool.fetchval(count + "webhook_deliveries") == 0


async def test_a_request_that_comes_during_the_erasure_is_not_remembered(
    world: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A link is made while its track is still there: neither it nor the request's name outlives the erasure."""
    await world.track()

    async def delete_shared(ports: Ports, owner_id: str, track_id: str) -> None:
        await create_share(ports, owner_id, track_id, 3600, "", "mine")
        await delete_track(ports, owner_id, track_id)

    monkeypatch.setattr(verb, "delete_track", delete_shared)
    assert (await erase_listener(world.ports, OWNER)).is_finished
    assert await world.database.pool.fetchval("SELECT count(*) FROM made_requests") == 0


async def test_separations_absence_holds_up_no_erasure(world: World) -> None:
    """While separation is away everything goes all the same; the sweep stops its job."""
    track = await world.track()
    world.separation.refusal = SeparationUnavailable()
    assert (await erase_listener(world.ports, OWNER)).is_finished
    world.separation.refusal = None
    assert await world.database.pool.fetchval("SELECT stop_owed FROM tracks WHERE track_id = $1", track.track_id)


async def _raised(work: Awaitable[object]) -> Exception | None:
    try:
        await work
    except Exception as error:  # noqa: BLE001 - given back to be looked at
        return error
    return None
