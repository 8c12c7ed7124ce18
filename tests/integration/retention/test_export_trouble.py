"""Exports when something goes wrong on the way: whoever is erased meanwhile, holders that hang, and faults of ours."""

from __future__ import annotations

import asyncio
import dataclasses
import io
import json
import logging
import zipfile
from collections.abc import AsyncGenerator, Awaitable
from typing import Any

import pytest

from chassis import metrics
from chassis.db.pool import Database
from services.retention.app.account_ports import AccountPorts
from services.retention.app.begin_export import begin_export
from services.retention.app.erase_accounts import erase_accounts
from services.retention.app.list_exports import get_export, list_exports
from services.retention.app.prepare_exports import CLAIM_LIFE, prepare_export
from services.retention.app.request_erasure import begin_erasure, erase_person
from services.retention.domain.account_erasure import DOOR, HOLDERS, begun
from services.retention.domain.errors import ClosingBegun, ExportEnded, ExportNotFound, ExportPartAway, HolderFailed
from services.retention.domain.export import GIVEN_UP_AFTER, LOST_AFTER, Ending, ExportState, Given
from services.retention.domain.receipt import TrackErasure
from services.retention.events.envelopes import encode
from services.retention.events.export_timer import ExportTimer
from services.retention.store.account_erasures import AccountErasureStore
from services.retention.store.erasures import ErasureStore
from services.retention.store.export_claims import require_held
from services.retention.store.export_parts import PartRows
from services.retention.store.own_export import OwnExport
from tests.integration.retention.test_exporting import SONG, STEM, World, somebody
from tests.unit.retention.fake_accounts import FakeHolder
from tests.unit.retention.giving import Giver, file

WAITING = "SELECT count(*) FROM pg_stat_activity WHERE datname = current_database() AND wait_event_type = 'Lock'"


@pytest.fixture
async def world(database: Database) -> World:
    return World(database)


class Raising(Giver):
    """A holder whose client has a fault of its own."""

    async def give(self, user_id: str, after: str) -> AsyncGenerator[Given | bytes, None]:
        for piece in (b"1", b""):
            yield bytes([1 // len(piece)])


class Hanging(Giver):
    """A holder that stops in the middle without a word."""

    async def give(self, user_id: str, after: str) -> AsyncGenerator[Given | bytes, None]:
        yield self.parts[0].given
        await asyncio.Event().wait()

    async def read(self, user_id: str, part: Given, offset: int) -> AsyncGenerator[bytes, None]:
        yield b"x"
        await asyncio.Event().wait()


class Slow(Giver):
    """A holder that has some bytes every forty seconds; `looked` sees what others may take then."""

    def __init__(self, world: World) -> None:
        super().__init__(*world.library.parts)
        self._world = world
        self.looked: list[object] = []

    async def give(self, user_id: str, after: str) -> AsyncGenerator[Given | bytes, None]:
        yield self.parts[0].given
        for _ in range(10):
            self._world.clock.advance(seconds=40)
            now = self._world.clock.now()
            self.looked.append(await self._world.store.claim(now, now + CLAIM_LIFE))
            yield b"[]"


async def waiting(world: World, act: Awaitable[Any]) -> asyncio.Future[Any]:
    """An act once it waits for somebody's lock, or is over."""
    acting = asyncio.ensure_future(act)
    async with asyncio.timeout(10):
        while not acting.done() and not await world.database.pool.fetchval(WAITING):
            pass
    return acting


def accounts(world: World) -> AccountPorts:
    holders = {name: FakeHolder() for name in (DOOR, *HOLDERS)}
    return AccountPorts(AccountErasureStore(world.database), holders, world.clock)


async def test_an_erasure_that_begins_anew_leaves_no_copy(world: World) -> None:
    """Whoever a backup brought back and who asked for an export has none once their erasure begins again."""
    user_id, ports = somebody(), accounts(world)
    await erase_person(ports, user_id, anew=False)
    await erase_accounts(ports)
    world.clock.advance(days=1)
    export = await world.ready(user_id)
    preparing = await world.under_way(user_id)
    async with ports.erasures.transaction() as work:
        await begin_erasure(work, user_id, world.clock.now(), anew=False)
    await world.read(export)
    async with ports.erasures.transaction() as work:
        assert (await begin_erasure(work, user_id, world.clock.now(), anew=True)).is_new
    assert await world.kept() == 0
    for gone in (export, preparing):
        with pytest.raises(ExportNotFound):
            await world.read(gone)


async def test_a_track_of_somebody_who_came_back_is_in_no_export(world: World) -> None:
    """Of whom a backup brought back no evidence of a deleted track is kept, and yet their export ends with it."""
    user_id, ports = somebody(), accounts(world)
    await erase_person(ports, user_id, anew=False)
    await erase_accounts(ports)
    export = await world.ready(user_id)
    now = world.clock.now()
    async with ErasureStore(world.database, encode).transaction() as work:
        assert not await work.note_track(TrackErasure("trk_1", user_id, "upl_1", now, now, 4, 4, 4, 0, 0))
    with pytest.raises(ExportEnded):
        await world.read(export)
    assert await world.kept() == 0


async def test_what_is_just_being_copied_goes_with_its_person(world: World) -> None:
    """An erasure waits for the piece that is being noted, and removes that one too."""
    export = await begin_export(world.ports, somebody())
    now = world.clock.now()
    taken = await world.store.claim(now, now + CLAIM_LIFE)
    assert taken is not None
    position = await world.store.begin_part(taken, -1, "library", world.library.parts[0].given)
    await world.store.add_content(taken, position, 0, b"[")

    async def erase() -> None:
        async with AccountErasureStore(world.database).transaction() as work:
            await work.add(begun(export.user_id, now, now))

    async with world.database.pool.acquire() as connection, connection.transaction():
        await require_held(connection, taken)
        await PartRows(connection).add_content(export.export_id, position, 1, b"]")
        erasing = await waiting(world, erase())
        assert not erasing.done()
    await erasing
    assert await world.kept() == 0


async def test_nobody_who_is_just_being_erased_begins_an_export(world: World) -> None:
    """Asked for while their erasure is being noted, it is refused once that is done, and nothing is left of it."""
    user_id, now = somebody(), world.clock.now()
    async with AccountErasureStore(world.database).transaction() as work:
        await work.add(begun(user_id, now, now))
        asking = await waiting(world, begin_export(world.ports, user_id))
    with pytest.raises(ClosingBegun):
        await asking
    assert await world.rows() == []


async def test_a_fault_of_whatever_kind_is_put_off_and_ends(world: World) -> None:
    """What nobody thought of is told by its kind, tried again later and later, and ends after a day as others do."""
    user_id = somebody()
    world.ports = dataclasses.replace(world.ports, holders={**world.ports.holders, "library": Raising()})
    await begin_export(world.ports, user_id)
    worked = await prepare_export(world.ports)
    assert worked is not None
    assert (worked.holder, worked.word, worked.is_news) == ("retention", "ZeroDivisionError", True)
    assert await prepare_export(world.ports) is None
    world.clock.advance(seconds=5)
    again = await prepare_export(world.ports)
    assert again is not None
    assert (again.export.tries, again.word, again.is_news) == (2, "ZeroDivisionError", False)
    world.clock.advance(seconds=GIVEN_UP_AFTER.total_seconds())
    await prepare_export(world.ports)
    (export,) = await list_exports(world.ports, user_id)
    assert (export.state, export.ending) == (ExportState.ENDED, Ending.AWAY)


async def test_a_file_that_its_holder_lost_keeps_nobody_from_the_rest(
    world: World, caplog: pytest.LogCaptureFixture
) -> None:
    """Gone for ten minutes it is empty in the archive, whose indices say so; all else is there."""
    caplog.set_level(logging.WARNING)
    user_id, timer, other = somebody(), ExportTimer(world.ports), STEM.replace("drums", "vocals")
    world.library.parts.append(file(other, SONG))
    world.library.lost = {STEM}
    export = await begin_export(world.ports, user_id)
    await timer._prepare()
    world.clock.advance(seconds=LOST_AFTER.total_seconds() - 1)
    await timer._prepare()
    preparing = await get_export(world.ports, user_id, export.export_id)
    assert (preparing.state, preparing.parts) == (ExportState.PREPARING, 1)
    world.clock.advance(seconds=60)
    await timer._prepare()
    ready = await get_export(world.ports, user_id, export.export_id)
    assert ready.state is ExportState.READY
    with zipfile.ZipFile(io.BytesIO(await world.read(ready))) as archive:
        assert archive.testzip() is None
        assert (archive.read(f"library/{STEM}"), archive.read(f"library/{other}")) == (b"", SONG)
        files = json.loads(archive.read("index.json"))["files"]
        page = archive.read("index.html").decode()
    assert [each["path"] for each in files if each["is_lost"]] == [f"library/{STEM}"]
    assert page.count("is lost") == page.count("ist verloren") == 1
    (told,) = [each for each in caplog.records if each.getMessage().startswith("a file that its holder")]
    assert (told.fields["holder"], told.fields["export_id"]) == ("library", export.export_id)  # type: ignore[attr-defined]  # our own


async def test_a_whole_file_is_not_lost_for_what_comes_after_it(world: World) -> None:
    """Where a holder cannot even begin the next one, the one before stays as it came, however long that goes on."""
    user_id, other = somebody(), STEM.replace("drums", "vocals")
    world.library.parts.append(file(other, SONG))
    world.library.unreadable = {other}
    export = await begin_export(world.ports, user_id)
    for _ in range(3):
        await prepare_export(world.ports)
        world.clock.advance(seconds=LOST_AFTER.total_seconds())
    world.library.unreadable = set()
    await prepare_export(world.ports)
    ready = await get_export(world.ports, user_id, export.export_id)
    with zipfile.ZipFile(io.BytesIO(await world.read(ready))) as archive:
        assert archive.read(f"library/{STEM}") == archive.read(f"library/{other}") == SONG


async def test_a_holder_that_was_away_has_lost_nothing_yet(world: World) -> None:
    """Only what was gone for ten minutes is left out: the time in which a holder did not answer is none of that."""
    user_id = somebody()
    world.library.fails_in = STEM
    export = await begin_export(world.ports, user_id)
    await prepare_export(world.ports)
    world.clock.advance(seconds=2 * LOST_AFTER.total_seconds())
    world.library.fails_in, world.library.lost = "", {STEM}
    for _ in range(2):
        await prepare_export(world.ports)
        world.clock.advance(seconds=60)
    world.library.lost = set()
    await prepare_export(world.ports)
    ready = await get_export(world.ports, user_id, export.export_id)
    assert SONG in await world.read(ready)


async def test_after_a_part_that_is_not_there_nothing_is_given(world: World) -> None:
    """Retention begins its own documents anew after none that another version gave: a part would be there twice."""
    with pytest.raises(HolderFailed):
        await anext(OwnExport(world.database).give(somebody(), "shoes.json"))


async def test_a_slow_holder_is_asked_by_one(world: World) -> None:
    """However slowly a part comes, whoever takes it in has it until it is whole."""
    slow = Slow(world)
    world.ports = dataclasses.replace(world.ports, holders={**world.ports.holders, "library": slow})
    export = await begin_export(world.ports, somebody())
    await prepare_export(world.ports)
    assert slow.looked == [None] * 10
    assert (await get_export(world.ports, export.user_id, export.export_id)).state is ExportState.READY


async def test_a_holder_that_hangs_is_left(world: World) -> None:
    """One that stops in the middle without a word keeps nobody: the try fails, and so does a download of its files."""
    export = await world.ready(somebody())
    holders = {**world.ports.holders, "library": Hanging(*world.library.parts)}
    world.ports = dataclasses.replace(world.ports, holders=holders, patience_s=0.01)
    with pytest.raises(ExportPartAway):
        await world.read(export)
    await begin_export(world.ports, somebody())
    worked = await prepare_export(world.ports)
    assert worked is not None
    assert (worked.holder, worked.word) == ("library", "TOO_SLOW")


async def test_whoever_runs_this_is_told_whose_fault_it_is(world: World, caplog: pytest.LogCaptureFixture) -> None:
    """A warning with the holder and a word for why, once for each reason; and how long the oldest has waited."""
    caplog.set_level(logging.INFO)
    timer = ExportTimer(world.ports)
    await begin_export(world.ports, somebody())
    for giver, name in ((world.library, STEM), (world.library, STEM), (world.auth, "accounts.json")):
        giver.fails_in = name
        await timer._prepare()
        world.clock.advance(seconds=60)
    told = [
        (record.levelno, record.fields["holder"], record.fields["reason"])  # type: ignore[attr-defined]  # our own
        for record in caplog.records
        if record.getMessage().startswith("export cannot go on")
    ]
    assert told == [(logging.WARNING, "library", "UNREACHABLE"), (logging.WARNING, "auth", "UNREACHABLE")]
    await timer._sweep()
    assert metrics.EXPORT_PREPARING_SECONDS._value.get() == 180
    await timer._prepare()
    await timer._sweep()
    assert metrics.EXPORT_PREPARING_SECONDS._value.get() == 0
