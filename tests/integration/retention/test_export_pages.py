"""Archives of more parts than are known at a time, and readers under whom an export ends."""

from __future__ import annotations

import contextlib
import io
import json
import random
import zipfile
from collections.abc import AsyncGenerator, Awaitable, Callable

import pytest

from chassis.db.pool import Database
from services.retention.app import export_index
from services.retention.app.read_archive import read_archive
from services.retention.app.sweep_exports import sweep_exports
from services.retention.domain.errors import ExportEnded, ExportExpired
from services.retention.domain.export import Ending, Export
from services.retention.store import export_archive
from services.retention.store.export_parts import POSITION_AT
from tests.integration.retention.test_exporting import LIFE, World, somebody
from tests.unit.retention.giving import document, file

FILES = 7


@pytest.fixture
async def world(database: Database, monkeypatch: pytest.MonkeyPatch) -> World:
    """Two parts are known at a time, of nine of the library's; no page is whole at the end."""
    for module in (export_archive, export_index):
        monkeypatch.setattr(module, "_PAGE", 2)
    drawn = random.Random(3)
    world = World(database)
    world.library.parts = [
        *(document(f"list_{number}.json", drawn.randbytes(50 + number)) for number in range(2)),
        *(file(f"stems/trk_1/stem_{number}.flac", drawn.randbytes(3000 + number)) for number in range(FILES)),
    ]
    return world


async def test_an_archive_of_many_pages_is_one(world: World) -> None:
    """Each part is in it once, in its order and byte for byte, in both indices, and in any range."""
    export = await world.ready(somebody())
    whole = await world.read(export)
    names = [f"library/{part.given.name}" for part in world.library.parts]
    with zipfile.ZipFile(io.BytesIO(whole)) as archive:
        assert archive.testzip() is None
        assert archive.namelist() == ["index.html", "index.json", *names, "auth/accounts.json"]
        for part in world.library.parts:
            assert archive.read(f"library/{part.given.name}") == b"".join(part.read(0))
        index = json.loads(archive.read("index.json"))
        assert [each["path"] for each in index["files"]] == [*names, "auth/accounts.json"]
        page = archive.read("index.html").decode()
        assert all(page.count(f'"{name}"') == 1 for name in names)
    drawn = random.Random(5)
    for _ in range(200):
        start = drawn.randrange(len(whole))
        stop = drawn.randrange(start + 1, len(whole) + 1)
        assert await world.read(export, start, stop) == whole[start:stop]


async def _end(world: World, export: Export) -> None:
    await world.store.end(export, Ending.DELETED, world.clock.now())


async def _end_and_sweep(world: World, export: Export) -> None:
    await _end(world, export)
    await sweep_exports(world.ports)


async def _end_and_begin_sweeping(world: World, export: Export) -> None:
    await _end(world, export)
    await world.store.clear(4)


async def _expire(world: World, export: Export) -> None:
    world.clock.advance(seconds=LIFE.total_seconds())
    await world.store.expire(world.clock.now(), 1)


async def _expire_and_sweep(world: World, export: Export) -> None:
    world.clock.advance(seconds=LIFE.total_seconds())
    await sweep_exports(world.ports)


@pytest.mark.parametrize(
    ("over", "told"),
    [
        (_end, ExportEnded),
        (_end_and_sweep, ExportEnded),
        (_end_and_begin_sweeping, ExportEnded),
        (_expire, ExportExpired),
        (_expire_and_sweep, ExportExpired),
    ],
)
@pytest.mark.parametrize("read_share", [0.001, 0.5, 0.7, 0.9])
async def test_a_reader_is_told_that_it_is_over(
    world: World, over: Callable[[World, Export], Awaitable[None]], told: type[Exception], read_share: float
) -> None:
    """Under somebody who reads it an export ends at the next part: they are told so, and never that this was all."""
    export = await world.ready(somebody())
    whole = await world.read(export)
    received = bytearray()
    pieces: AsyncGenerator[bytes, None] = read_archive(world.ports, export.user_id, export.export_id, 0, 0)

    async def read_on() -> None:
        async for piece in pieces:
            received.extend(piece)

    async with contextlib.aclosing(pieces):
        while len(received) < read_share * len(whole):
            received += await anext(pieces)
        await over(world, export)
        with pytest.raises(told):
            await read_on()
    assert whole.startswith(received)
    assert len(received) < len(whole)


@pytest.mark.parametrize("missing", [0, 1, 4, 5, 11])
async def test_what_does_not_lie_where_the_last_ended_is_not_joined(world: World, missing: int) -> None:
    """Whatever makes a part vanish, no range has what comes after it in its place."""
    export = await world.ready(somebody())
    whole = await world.read(export)
    await world.database.pool.execute("DELETE FROM export_parts WHERE position = $1", missing)
    drawn = random.Random(missing)
    for _ in range(60):
        start = drawn.randrange(len(whole))
        stop = drawn.randrange(start + 1, len(whole) + 1)
        received = b""
        with contextlib.suppress(ExportEnded):
            async for piece in read_archive(world.ports, export.user_id, export.export_id, start, stop):
                received += piece
            assert received == whole[start:stop]
        assert whole[start:stop].startswith(received)
    with pytest.raises(ExportEnded):
        await world.read(export)


async def test_a_byte_is_found_by_an_index(world: World) -> None:
    """However many parts come before it: they are not gone through."""
    async with world.database.pool.acquire() as connection, connection.transaction():
        # Of a few rows that are there a planner would sort rather all.
        await connection.execute("SET LOCAL enable_sort = off")
        told = await connection.fetch(f"EXPLAIN {POSITION_AT}", "exp_1", 5)
    plan = "\n".join(row["QUERY PLAN"] for row in told)
    assert "export_parts_placed" in plan
    assert "archive_offset <=" in plan[plan.index("Index Cond") :]
    assert "Sort" not in plan
