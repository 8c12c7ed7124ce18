"""Uploads: what arrives is kept, once and in order, and no longer than promised."""

from __future__ import annotations

import asyncio
import datetime
from collections.abc import AsyncIterator

import pytest

from services.library.app.append_upload import append_upload
from services.library.app.cancel_track import cancel_track
from services.library.app.create_track import create_track
from services.library.app.create_upload import create_upload
from services.library.app.erase_upload import delete_upload, erase_upload
from services.library.app.get_upload import get_upload
from services.library.app.list_held_uploads import list_held_uploads
from services.library.app.read_tracks import get_track
from services.library.app.sweep import sweep, sweep_jobs
from services.library.domain.errors import (
    KeyReused,
    PageTokenInvalid,
    SeparationUnavailable,
    TooManyUploads,
    UploadEmpty,
    UploadFragmented,
    UploadGone,
    UploadInUse,
    UploadNotFound,
    UploadOffsetMismatch,
    UploadOverrun,
    UploadTooLarge,
)
from services.library.domain.track import TrackState
from tests.integration.library.world import OWNER, PART_BYTES, STRANGER, World, pieces


async def _append(world: World, upload_id: str, offset: int, *chunks: bytes) -> int:
    upload = await append_upload(world.ports, world.limits, OWNER, upload_id, offset, pieces(chunks))
    return upload.offset_bytes


async def _content(world: World, upload_id: str) -> bytes:
    async with world.ports.store.transaction() as work:
        upload = await work.uploads.get(OWNER, upload_id)
        assert upload is not None
        key = await work.uploads.key(upload)
        parts = await work.uploads.parts(upload_id)
    assert key is not None
    assert [part.offset_bytes for part in parts] == [
        sum(before.length_bytes for before in parts[:number]) for number in range(len(parts))
    ]
    return b"".join([await world.objects.get(key, part.object_name) for part in parts])


async def test_bytes_come_back(world: World) -> None:
    """An upload sent in odd pieces is stored in sealed parts of the largest size, and reads back the same."""
    data = bytes(range(256)) * 13
    upload = await create_upload(world.ports, world.limits, OWNER, len(data), "a.wav")
    assert await _append(world, upload.upload_id, 0, data[:7], data[7:1500], data[1500:]) == len(data)
    assert await _content(world, upload.upload_id) == data
    names = world.stored(f"uploads/{upload.upload_id}/")
    assert len(names) == -(-len(data) // PART_BYTES)
    assert all(data[:50] not in (world.folder / name).read_bytes() for name in names)
    assert await world.facts() == ["UploadStored"]


async def test_limits(world: World) -> None:
    """Empty, too large and too many uploads are refused, each by its name."""
    with pytest.raises(UploadEmpty):
        await create_upload(world.ports, world.limits, OWNER, 0, "")
    with pytest.raises(UploadTooLarge):
        await create_upload(world.ports, world.limits, OWNER, world.limits.upload_bytes_max + 1, "")
    results = await asyncio.gather(
        *(create_upload(world.ports, world.limits, OWNER, 1, "") for _ in range(5)), return_exceptions=True
    )
    assert sum(isinstance(result, TooManyUploads) for result in results) == 5 - world.limits.open_uploads_max
    await create_upload(world.ports, world.limits, STRANGER, 1, "")


async def test_uploads_of_stopped_songs_count(world: World) -> None:
    """Cancelling song after song does not fill the disk: their uploads count until they are deleted or erased."""
    tracks = [await world.track() for _ in range(world.limits.open_uploads_max)]
    await create_upload(world.ports, world.limits, OWNER, 1, "")
    for track in tracks:
        await cancel_track(world.ports, OWNER, track.track_id)
    with pytest.raises(TooManyUploads):
        await create_upload(world.ports, world.limits, OWNER, 1, "")


async def test_wrong_offset_and_overrun(world: World) -> None:
    """Bytes for another place are refused with the right place; bytes past the length are refused and the rest kept."""
    upload = await create_upload(world.ports, world.limits, OWNER, 10, "")
    with pytest.raises(UploadOffsetMismatch) as mismatch:
        await _append(world, upload.upload_id, 3, b"x")
    assert mismatch.value.facts["offset_bytes"] == "0"
    with pytest.raises(UploadOverrun):
        await _append(world, upload.upload_id, 0, b"0123456789A")
    assert await _content(world, upload.upload_id) == b"0123456789"


async def test_broken_stream_keeps_what_arrived(world: World) -> None:
    """When the stream breaks off or the call is cancelled, the bytes that had arrived are stored."""
    upload = await create_upload(world.ports, world.limits, OWNER, 5000, "")

    async def breaks() -> AsyncIterator[bytes]:
        yield b"a" * 1700
        raise ConnectionResetError

    with pytest.raises(ConnectionResetError):
        await append_upload(world.ports, world.limits, OWNER, upload.upload_id, 0, breaks())
    assert (await get_upload(world.ports, OWNER, upload.upload_id)).offset_bytes == 1700

    waiting = asyncio.Event()

    async def stalls() -> AsyncIterator[bytes]:
        yield b"b" * 1300
        waiting.set()
        await asyncio.Event().wait()

    call = asyncio.create_task(append_upload(world.ports, world.limits, OWNER, upload.upload_id, 1700, stalls()))
    await asyncio.wait_for(waiting.wait(), 10)
    call.cancel()
    with pytest.raises(asyncio.CancelledError):
        await call
    assert (await get_upload(world.ports, OWNER, upload.upload_id)).offset_bytes == 3000
    assert await _content(world, upload.upload_id) == b"a" * 1700 + b"b" * 1300


async def test_newest_append_wins(world: World) -> None:
    """Of two appends at one offset, the older ends with a mismatch and harms nothing of the newer."""
    upload = await create_upload(world.ports, world.limits, OWNER, 3000, "")
    waiting, release = asyncio.Event(), asyncio.Event()

    async def old() -> AsyncIterator[bytes]:
        yield b"old" * 100
        waiting.set()
        await release.wait()
        yield b"old" * 900

    late = asyncio.create_task(append_upload(world.ports, world.limits, OWNER, upload.upload_id, 0, old()))
    await asyncio.wait_for(waiting.wait(), 10)
    assert await _append(world, upload.upload_id, 0, b"new" * 1000) == 3000
    release.set()
    with pytest.raises(UploadOffsetMismatch):
        await late
    assert await _content(world, upload.upload_id) == b"new" * 1000
    assert len(world.stored(f"uploads/{upload.upload_id}/")) == 3


async def test_fragmented(world: World) -> None:
    """An upload may not arrive in more pieces than one message can name."""
    upload = await create_upload(world.ports, world.limits, OWNER, 1000, "")
    for offset in range(world.limits.parts_max):
        await _append(world, upload.upload_id, offset, b"x")
    with pytest.raises(UploadFragmented):
        await _append(world, upload.upload_id, world.limits.parts_max, b"x")


async def test_strangers_see_nothing(world: World) -> None:
    """Another's upload is not found, whatever is asked of it."""
    upload = await world.uploaded()
    with pytest.raises(UploadNotFound):
        await get_upload(world.ports, STRANGER, upload.upload_id)
    with pytest.raises(UploadNotFound):
        await append_upload(world.ports, world.limits, STRANGER, upload.upload_id, 0, pieces([b"x"]))
    with pytest.raises(UploadNotFound):
        await delete_upload(world.ports, STRANGER, upload.upload_id)
    assert (await get_upload(world.ports, OWNER, upload.upload_id)).key_held


async def test_erasure(world: World) -> None:
    """Erasing destroys the key, the objects and the name, may be repeated, and leaves an identifier for the record."""
    upload = await world.uploaded(b"x" * 2500)
    assert (await erase_upload(world.ports, upload.upload_id)).objects == 3
    assert (await erase_upload(world.ports, upload.upload_id)).objects == 0
    assert (await erase_upload(world.ports, upload.upload_id)).owner_id == OWNER
    assert world.stored() == []
    row = await world.database.pool.fetchrow("SELECT wrapped_key, file_name, erased_at FROM uploads")
    assert (row["wrapped_key"], row["file_name"], row["erased_at"]) == (None, "", world.clock.now())
    assert await world.database.pool.fetchval("SELECT count(*) FROM upload_parts") == 0
    with pytest.raises(UploadNotFound):
        await get_upload(world.ports, OWNER, upload.upload_id)
    with pytest.raises(UploadNotFound):
        await erase_upload(world.ports, "upl_none")
    world.clock.advance(days=31)
    await sweep(world.ports)
    assert await world.database.pool.fetchval("SELECT count(*) FROM uploads") == 0


async def test_erasure_resumes(world: World) -> None:
    """An erasure that stopped after the key was destroyed is finished by the sweep."""
    upload = await world.uploaded()
    async with world.ports.store.transaction() as work:
        await work.uploads.destroy_key(upload.upload_id)
    held, _ = await list_held_uploads(world.ports, 0, "", None)
    assert [one.finished for one in held] == [True]
    assert await sweep(world.ports) == 1
    assert world.stored() == []
    assert await list_held_uploads(world.ports, 0, "", None) == ((), "")


async def test_erasure_waits_for_no_separation(world: World) -> None:
    """While separation hangs over a submission, an erasure that broke off is finished all the same."""
    waiting, erased = await world.uploaded(), await world.uploaded()
    world.separation.refusal = SeparationUnavailable()
    with pytest.raises(SeparationUnavailable):
        await create_track(world.ports, OWNER, waiting.upload_id, "", "", "")
    world.clock.advance(seconds=31)
    world.separation.refusal, world.separation.holding = None, asyncio.Event()
    world.separation.arrived.clear()
    hanging = asyncio.create_task(sweep_jobs(world.ports))
    await world.separation.arrived.wait()
    async with world.ports.store.transaction() as work:
        await work.uploads.destroy_key(erased.upload_id)
    async with asyncio.timeout(10):
        assert await sweep(world.ports) == 1
    assert world.stored(f"uploads/{erased.upload_id}") == []
    world.separation.holding.set()
    assert await hanging == 1


async def test_erasure_ends_separation(world: World) -> None:
    """A song whose upload reaches its deadline unseparated fails with that reason, and its job is stopped."""
    track = await world.track()
    with pytest.raises(UploadInUse):
        await delete_upload(world.ports, OWNER, track.upload_id)
    await erase_upload(world.ports, track.upload_id)
    ended = await get_track(world.ports, OWNER, track.track_id)
    assert ended.state is TrackState.FAILED
    assert ended.failure is not None
    assert ended.failure.reason == "UPLOAD_DEADLINE"
    assert (ended.upload_held, ended.upload_erased_at) == (False, world.clock.now())
    assert world.separation.cancelled == [track.job_id]


async def test_held_uploads(world: World) -> None:
    """Held uploads are listed oldest first in pages; with a moment, only finished ones and those from before it."""
    ids = []
    for _ in range(3):
        ids.append((await world.uploaded()).upload_id)
        world.clock.advance(hours=1)
    first, token = await list_held_uploads(world.ports, 2, "", None)
    second, end = await list_held_uploads(world.ports, 2, token, None)
    assert [held.upload_id for held in (*first, *second)] == ids
    assert end == ""
    moment = world.clock.now() - datetime.timedelta(hours=2, minutes=30)
    old, _ = await list_held_uploads(world.ports, 0, "", moment)
    assert [(held.upload_id, held.finished) for held in old] == [(ids[0], False)]
    with pytest.raises(PageTokenInvalid):
        await list_held_uploads(world.ports, 2, "no token", None)


async def test_the_same_request_opens_one_upload(world: World) -> None:
    """Sent again it finds what it opened, as far as that is, beyond the limit too; never another's, nor one erased."""

    async def opened(name: str = "song.flac", owner: str = OWNER) -> str:
        upload = await create_upload(world.ports, world.limits, owner, 100, name, "mine")
        return upload.upload_id

    first = await opened()
    await _append(world, first, 0, b"x" * 40)
    for _ in range(2):
        await create_upload(world.ports, world.limits, OWNER, 100, "")
    again = await create_upload(world.ports, world.limits, OWNER, 100, "song.flac", "mine")
    assert (again.upload_id, again.offset_bytes) == (first, 40)
    assert await opened(owner=STRANGER) != first
    with pytest.raises(KeyReused):
        await opened("other.flac")
    await delete_upload(world.ports, OWNER, first)
    with pytest.raises(UploadGone):
        await opened()
    world.clock.advance(hours=24, seconds=1)
    assert await opened() != first
