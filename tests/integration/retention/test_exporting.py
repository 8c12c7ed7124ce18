"""Exports on a real PostgreSQL: prepared part by part, read range by range, and gone in time."""

from __future__ import annotations

import asyncio
import datetime
import io
import itertools
import json
import random
import uuid
import zipfile
from pathlib import Path

import pytest

from chassis.db.pool import Database
from chassis.testing.clock import ManualClock
from services.retention.app.begin_export import begin_export
from services.retention.app.export_ports import ExportPorts
from services.retention.app.list_exports import get_export, list_exports
from services.retention.app.prepare_exports import CLAIM_LIFE, prepare_export
from services.retention.app.read_archive import read_archive
from services.retention.app.sweep_exports import sweep_exports
from services.retention.domain.account_erasure import begun
from services.retention.domain.errors import (
    ClosingBegun,
    ExportEnded,
    ExportExpired,
    ExportLost,
    ExportNotFound,
    ExportNotReady,
    ExportPartAway,
    RangeInvalid,
)
from services.retention.domain.export import GIVEN_UP_AFTER, RECORD_LIFE, Ending, Export, ExportState, Layout
from services.retention.domain.receipt import TrackErasure
from services.retention.events.envelopes import encode
from services.retention.store.account_erasures import AccountErasureStore
from services.retention.store.erasures import ErasureStore
from services.retention.store.exports import ExportStore
from services.retention.store.held_words import read_held_words
from tests.unit.retention.giving import PIECE, Giver, document, file

LIFE = datetime.timedelta(days=7)
SONG = random.Random(1).randbytes(3 * PIECE + 17)
MIB = 1024 * 1024
TITLES = json.dumps([{"title": "Grüße, \N{MUSICAL NOTE}"}], ensure_ascii=False).encode()
STEM = "stems/trk_0123456789abcdef/drums.flac"


def somebody() -> str:
    return f"usr_{uuid.uuid4().hex}"


class World:
    """Exports, and whoever gives for them."""

    def __init__(self, database: Database) -> None:
        self.database = database
        self.clock = ManualClock()
        self.store = ExportStore(database)
        self.library = Giver(document("tracks.json", TITLES), file(STEM, SONG))
        self.auth = Giver(document("accounts.json", b'[{"email": "a@example.org"}]', "account"))
        holders = {"library": self.library, "separation": Giver(), "billing": Giver(), "auth": self.auth}
        self.ports = ExportPorts(self.store, holders | {"retention": Giver()}, read_held_words(), self.clock, LIFE)

    async def ready(self, user_id: str) -> Export:
        export = await begin_export(self.ports, user_id)
        assert await prepare_export(self.ports) is not None
        return await get_export(self.ports, user_id, export.export_id)

    async def read(self, export: Export, start: int = 0, stop: int = 0) -> bytes:
        pieces = read_archive(self.ports, export.user_id, export.export_id, start, stop)
        return b"".join([piece async for piece in pieces])

    async def kept(self) -> int:
        count: int = await self.database.pool.fetchval("SELECT count(*) FROM export_contents")
        return count

    async def rows(self) -> list[str]:
        """All that there is of exports."""
        tables = ("exports", "export_parts", "export_contents")
        queries = " UNION ALL ".join(f"SELECT r::text AS row FROM {table} AS r" for table in tables)  # noqa: S608 - the names above
        return [row["row"] for row in await self.database.pool.fetch(f"{queries} ORDER BY 1")]

    async def under_way(self, user_id: str) -> Export:
        """One that is being prepared, of which a part is there with what was copied for it."""
        self.library.fails_in = STEM
        export = await begin_export(self.ports, user_id)
        await prepare_export(self.ports)
        export = await get_export(self.ports, user_id, export.export_id)
        assert (export.state, export.parts) == (ExportState.PREPARING, 1)
        return export


@pytest.fixture
async def world(database: Database) -> World:
    return World(database)


async def test_an_archive_holds_what_every_holder_gave(world: World) -> None:
    """A zip that others read: two indices first, then each holder's folder, byte for byte, with checksums that hold."""
    export = await world.ready(somebody())
    assert (export.state, export.parts) == (ExportState.READY, 5)
    data = await world.read(export)
    assert len(data) == export.size_bytes
    with zipfile.ZipFile(io.BytesIO(data)) as archive:
        assert archive.testzip() is None
        names = archive.namelist()
        assert names == ["index.html", "index.json", "library/tracks.json", f"library/{STEM}", "auth/accounts.json"]
        assert archive.read("library/tracks.json") == TITLES
        assert archive.read(f"library/{STEM}") == SONG
        index = json.loads(archive.read("index.json"))
        assert [each["path"] for each in index["files"]] == names[2:]
        assert index["files"][0]["title"] == {"en": "Tracks", "de": "Songs"}
        assert "Tracks" in archive.read("index.html").decode()


async def test_any_range_is_that_of_the_whole(world: World, tmp_path: Path) -> None:
    """However a download is cut into ranges, joined they are the archive; each is read by itself."""
    large = random.Random(2).randbytes(MIB + 4321)
    world.library.parts.insert(1, document("segments.json", large, "segments"))
    export = await world.ready(somebody())
    whole = await world.read(export)
    with zipfile.ZipFile(io.BytesIO(whole)) as archive:
        assert archive.read("library/segments.json") == large
    drawn = random.Random(7)
    places = sorted(drawn.sample(range(1, len(whole)), 60))
    cuts = [0, *places, len(whole)]
    joined = b"".join([await world.read(export, *cut) for cut in itertools.pairwise(cuts)])
    assert joined == whole
    for _ in range(40):
        start = drawn.randrange(len(whole))
        stop = drawn.randrange(start + 1, len(whole) + 1)
        assert await world.read(export, start, stop) == whole[start:stop]
    with pytest.raises(RangeInvalid):
        await world.read(export, 0, len(whole) + 1)


async def test_a_range_asks_for_its_own_file_alone(world: World) -> None:
    """The end of an archive is read without its sounds, and the end of a sound from there on."""
    world.library.parts.append(file("stems/trk_0123456789abcdef/vocals.flac", SONG))
    export = await world.ready(somebody())
    whole = await world.read(export)
    world.library.pieces_out.clear()
    assert await world.read(export, len(whole) - 50) == whole[-50:]
    assert world.library.pieces_out == []
    at = whole.rindex(SONG) + 2 * PIECE
    assert await world.read(export, at, at + 10) == SONG[2 * PIECE : 2 * PIECE + 10]
    assert world.library.pieces_out == [PIECE]


async def test_what_was_whole_is_not_asked_for_again(world: World) -> None:
    """A holder that goes away in the middle costs the part that it was in; the export goes on after the last whole."""
    user_id = somebody()
    world.library.fails_in = STEM
    await begin_export(world.ports, user_id)
    await prepare_export(world.ports)
    (export,) = await list_exports(world.ports, user_id)
    assert (export.state, export.parts, export.tries) == (ExportState.PREPARING, 1, 1)
    assert await prepare_export(world.ports) is None
    world.clock.advance(seconds=5)
    await prepare_export(world.ports)
    assert world.library.given == ["tracks.json", STEM, STEM]
    (export,) = await list_exports(world.ports, user_id)
    with zipfile.ZipFile(io.BytesIO(await world.read(export))) as archive:
        assert archive.testzip() is None


async def test_a_process_that_is_stopped_gives_back_what_it_took(world: World) -> None:
    """The next goes on at once, and nothing that the first still does counts."""
    user_id = somebody()
    arrived, never = asyncio.Event(), asyncio.Event()
    real = world.store.end_part

    async def stuck(export: Export, position: int, size_bytes: int, crc32: int) -> None:
        arrived.set()
        await never.wait()

    world.store.end_part = stuck  # type: ignore[method-assign]  # for this test alone
    await begin_export(world.ports, user_id)
    first = asyncio.create_task(prepare_export(world.ports))
    await arrived.wait()
    first.cancel()
    with pytest.raises(asyncio.CancelledError):
        await first
    world.store.end_part = real  # type: ignore[method-assign]  # for this test alone
    assert await prepare_export(world.ports) is not None
    (export,) = await list_exports(world.ports, user_id)
    assert export.state is ExportState.READY


async def test_whoever_lost_an_export_changes_nothing(world: World) -> None:
    """A process that was paused past its claim finds that another has it, whatever it was about to note."""
    await begin_export(world.ports, somebody())
    store, now = world.store, world.clock.now()
    old = await store.claim(now, now + CLAIM_LIFE)
    world.clock.advance(seconds=CLAIM_LIFE.total_seconds())
    now = world.clock.now()
    new = await store.claim(now, now + CLAIM_LIFE)
    assert old is not None
    assert new is not None
    place = await store.begin_part(new, -1, "library", document("tracks.json", b"").given)
    await store.add_content(new, place, 0, b"new")
    await store.end_part(new, place, 3, 1)
    await store.begin_part(new, -1, "auth", document("accounts.json", b"").given)
    before = await world.rows()
    for call in (
        store.resume(old),
        store.hold(old, now),
        store.begin_part(old, -1, "auth", document("identities.json", b"").given),
        store.add_content(old, place, 3, b"late"),
        store.end_part(old, place, 1, 1),
        store.lay_out(old, world.clock.now),
        store.finish(old, Layout(1, 2), now, now),
        store.fail(old, "library UNREACHABLE", now),
    ):
        with pytest.raises(ExportLost):
            await call
        assert await world.rows() == before
    await store.put_off(old, now)
    await store.end(old, Ending.AWAY, now)
    assert await world.rows() == before


async def test_one_is_prepared_at_a_time_and_takes_the_place_of_the_last(world: World) -> None:
    """Asked again meanwhile it is the same one; once another is ready, the older is gone, and told of as expired."""
    user_id = somebody()
    first = await begin_export(world.ports, user_id)
    assert (await begin_export(world.ports, user_id)).export_id == first.export_id
    await prepare_export(world.ports)
    world.clock.advance(hours=1)
    second = await begin_export(world.ports, user_id)
    assert second.export_id != first.export_id
    await world.read(await get_export(world.ports, user_id, first.export_id))
    with pytest.raises(ExportNotReady):
        await world.read(second)
    await prepare_export(world.ports)
    with pytest.raises(ExportExpired):
        await world.read(first)
    states = [(each.export_id, each.state) for each in await list_exports(world.ports, user_id)]
    assert states == [(second.export_id, ExportState.READY), (first.export_id, ExportState.EXPIRED)]


async def test_nobody_elses_is_found(world: World) -> None:
    """Another person's export is as one that is not."""
    export = await world.ready(somebody())
    other = somebody()
    assert await list_exports(world.ports, other) == []
    for call in (
        get_export(world.ports, other, export.export_id),
        anext(read_archive(world.ports, other, export.export_id, 0, 0)),
    ):
        with pytest.raises(ExportNotFound):
            await call


async def test_what_has_expired_is_gone_and_a_day_later_forgotten(world: World) -> None:
    """Copies go as it expires, at the moment itself nothing is read any more, and its record goes a day later."""
    export = await world.ready(somebody())
    assert await world.kept() > 0
    world.clock.advance(seconds=LIFE.total_seconds() - 1)
    assert await sweep_exports(world.ports) == 0
    await world.read(export)
    world.clock.advance(seconds=1)
    with pytest.raises(ExportExpired):
        await world.read(export)
    assert await sweep_exports(world.ports) == 1
    assert await world.kept() == 0
    assert await world.database.pool.fetchval("SELECT count(*) FROM export_parts") == 0
    with pytest.raises(ExportExpired):
        await world.read(export)
    world.clock.advance(seconds=RECORD_LIFE.total_seconds() + 1)
    await sweep_exports(world.ports)
    with pytest.raises(ExportNotFound):
        await world.read(export)


async def test_a_file_that_is_another_ends_the_export(world: World) -> None:
    """A stem that was deleted, or made anew, or has other bytes is never joined to the rest: the export says so."""
    export = await world.ready(somebody())
    world.library.parts[1] = file(STEM, SONG, version="2")
    with pytest.raises(ExportEnded):
        await world.read(export)
    told = await get_export(world.ports, export.user_id, export.export_id)
    assert (told.state, told.ending) == (ExportState.ENDED, Ending.DELETED)
    assert await world.kept() == 0

    world.library.parts[1] = file(STEM, SONG)
    export = await world.ready(somebody())
    world.library.parts[1] = file(STEM, bytes(len(SONG)))
    with pytest.raises(ExportEnded):
        await world.read(export)


async def test_a_holder_that_is_away_ends_no_export(world: World) -> None:
    """While a service is down a range of its files is refused for now, and given afterwards."""
    export = await world.ready(somebody())
    world.library.fails_in = STEM
    with pytest.raises(ExportPartAway):
        await world.read(export)
    world.library.fails_in = ""
    assert len(await world.read(export)) == export.size_bytes


async def test_a_deleted_track_ends_the_exports_of_before(world: World) -> None:
    """Titles and sounds of what is deleted are not kept in an export of its owner, and an export of since stays."""
    user_id, neighbour = somebody(), somebody()
    others = await world.ready(neighbour)
    theirs = await world.kept()
    export = await world.ready(user_id)
    preparing = await world.under_way(user_id)
    world.clock.advance(minutes=1)
    now = world.clock.now()
    async with ErasureStore(world.database, encode).transaction() as work:
        await work.note_track(TrackErasure("trk_1", user_id, "upl_1", now, now, 4, 4, 4, 0, 0))
    assert await world.kept() == theirs
    for ended in (export, preparing):
        with pytest.raises(ExportEnded):
            await world.read(ended)
    world.clock.advance(minutes=1)
    await world.read(await world.ready(user_id))
    await world.read(others)


async def test_a_person_who_is_erased_has_no_export(world: World) -> None:
    """As an erasure begins their exports are gone, one that was being prepared too, and none begins any more."""
    user_id = somebody()
    export = await world.ready(user_id)
    preparing = await world.under_way(user_id)
    now = world.clock.now()
    async with AccountErasureStore(world.database).transaction() as work:
        await work.add(begun(user_id, now, now))
    assert await world.kept() == 0
    for gone in (export, preparing):
        with pytest.raises(ExportNotFound):
            await world.read(gone)
    with pytest.raises(ClosingBegun):
        await begin_export(world.ports, user_id)
    await sweep_exports(world.ports)
    rows = await world.database.pool.fetch(
        "SELECT e::text FROM exports AS e UNION ALL SELECT p::text FROM export_parts AS p"
    )
    assert user_id not in repr(rows)


async def test_a_service_that_is_away_for_a_day_ends_the_export(world: World) -> None:
    """It is tried again for a day after the first failure, however long it waited before, and then its person is told.

    A part that came in between begins that day anew.
    """
    user_id = somebody()
    export = await begin_export(world.ports, user_id)

    async def failing(giver: Giver, name: str, after: datetime.timedelta) -> ExportState:
        world.clock.advance(seconds=after.total_seconds())
        giver.fails_in = name
        await prepare_export(world.ports)
        return (await get_export(world.ports, user_id, export.export_id)).state

    second = datetime.timedelta(seconds=1)
    assert await failing(world.library, STEM, 3 * GIVEN_UP_AFTER) is ExportState.PREPARING
    assert await failing(world.library, STEM, GIVEN_UP_AFTER - second) is ExportState.PREPARING
    assert await failing(world.auth, "accounts.json", 100 * second) is ExportState.PREPARING
    assert await failing(world.auth, "accounts.json", GIVEN_UP_AFTER - second) is ExportState.PREPARING
    assert await failing(world.auth, "accounts.json", 100 * second) is ExportState.ENDED
    assert (await get_export(world.ports, user_id, export.export_id)).ending is Ending.AWAY
    assert await world.kept() == 0


async def test_a_name_that_leads_elsewhere_is_in_no_archive(world: World) -> None:
    """Of a holder whose word for a part is no safe name the export takes nothing, and waits."""
    user_id = somebody()
    world.library.parts.insert(0, document("../../etc/passwd.json", b"[]"))
    await begin_export(world.ports, user_id)
    await prepare_export(world.ports)
    (export,) = await list_exports(world.ports, user_id)
    assert (export.state, export.parts) == (ExportState.PREPARING, 0)
