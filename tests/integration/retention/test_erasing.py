"""Erasing on a real PostgreSQL, from a library over real gRPC."""

from __future__ import annotations

import asyncio
import dataclasses
import datetime

import pytest

from chassis import metrics
from chassis.db.pool import Database
from services.retention.app.erase_due import CLAIM_LIFE, erase_due, lateness_s
from services.retention.app.expect_upload import expect_upload
from services.retention.app.reconcile import reconcile
from services.retention.domain.erasure import HeldUpload
from services.retention.events.envelopes import encode
from services.retention.events.timers import Timers
from services.retention.settings import UPLOAD_LIFE_S
from services.retention.store.erasures import ErasureStore
from stripsession.retention.v1 import events_pb2
from tests.integration.retention.conftest import Setting
from tests.unit.retention.store_promises import StorePromises


class TestErasureStore(StorePromises):
    """PostgreSQL keeps what the store promises."""

    @pytest.fixture
    def store(self, database: Database) -> ErasureStore:
        return ErasureStore(database, encode)


async def _expect(setting: Setting, upload_id: str) -> None:
    setting.library.hold(upload_id, setting.clock.now())
    await expect_upload(setting.ports, HeldUpload(upload_id, "usr_1", setting.clock.now()))


async def test_deadline_is_kept_through_24_hours(setting: Setting) -> None:
    """An upload is held until its 24 hours are over and is then erased, with one fact that says when."""
    await _expect(setting, "upl_1")
    setting.clock.advance(hours=23, minutes=59, seconds=59)
    await reconcile(setting.ports)
    await erase_due(setting.ports)
    assert set(setting.library.uploads) == {"upl_1"}
    setting.clock.advance(seconds=1)
    await erase_due(setting.ports)
    assert setting.library.uploads == {}
    payloads = await setting.database.pool.fetch("SELECT payload FROM outbox")
    (fact,) = (events_pb2.UploadErased.FromString(row["payload"]) for row in payloads)
    assert (fact.upload_id, fact.owner_id) == ("upl_1", "usr_1")
    assert fact.erased_at.ToDatetime(datetime.UTC) == setting.clock.now()


async def test_reconciling_needs_no_facts(setting: Setting) -> None:
    """Without a single message, finished and overdue uploads are found page by page and erased; needed ones stay."""
    for number in range(5):
        setting.library.hold(f"upl_old_{number}", setting.clock.now())
    setting.clock.advance(hours=24, seconds=1)
    for number in range(5):
        setting.library.hold(f"upl_finished_{number}", setting.clock.now(), finished=True)
    setting.library.hold("upl_needed", setting.clock.now())
    assert await reconcile(setting.ports) == 10
    assert len((await erase_due(setting.ports)).erased) == 10
    assert set(setting.library.uploads) == {"upl_needed"}
    assert await reconcile(setting.ports) == 0


async def test_two_processes_share_the_work(setting: Setting) -> None:
    """Two rounds at once erase every upload exactly once."""
    names = [f"upl_{number:02}" for number in range(40)]
    for name in names:
        await _expect(setting, name)
    setting.clock.advance(hours=24)
    first, second = await asyncio.gather(erase_due(setting.ports), erase_due(setting.ports))
    assert sorted(setting.library.calls) == names
    assert len(first.erased) + len(second.erased) == 40


async def test_dead_process_leaves_nothing_undone(setting: Setting) -> None:
    """What a process had taken when it died is erased by another once the claim has run out."""
    await _expect(setting, "upl_1")
    setting.clock.advance(hours=24)
    async with setting.ports.store.transaction() as work:
        assert len(await work.claim(setting.clock.now(), setting.clock.now() + CLAIM_LIFE, 1)) == 1
    assert list((await erase_due(setting.ports)).erased) == []
    setting.clock.advance(seconds=CLAIM_LIFE.total_seconds())
    assert len((await erase_due(setting.ports)).erased) == 1


async def test_upload_goes_as_soon_as_the_library_is_back(setting: Setting) -> None:
    """A library that is down at the deadline makes erasure late, which the metric tells, and no more than that."""
    await _expect(setting, "upl_1")
    await setting.library.stop()
    setting.clock.advance(hours=24, seconds=40)
    assert (await erase_due(setting.ports)).library_away
    assert await lateness_s(setting.ports) == 40
    timers = Timers(setting.ports, reconcile_every_s=0.05)
    await timers.eraser.start()
    await timers.reconciler.start()
    try:
        await setting.library.start()
        await setting.library.until_erased("upl_1")
    finally:
        await timers.reconciler.stop()
        await timers.eraser.stop()
    assert await lateness_s(setting.ports) == 0
    assert await setting.database.pool.fetchval("SELECT count(*) FROM outbox") == 1


async def test_an_outage_of_23_hours_makes_no_upload_outlive_its_24(setting: Setting) -> None:
    """With all down from the upload to the 23rd hour, even one that retention was never told of is gone in time."""
    ports = dataclasses.replace(setting.ports, upload_life=datetime.timedelta(seconds=UPLOAD_LIFE_S))
    sent_at = setting.clock.now()
    setting.library.hold("upl_1", sent_at)
    await setting.library.stop()
    setting.clock.advance(hours=23)
    await setting.library.start()
    while setting.library.uploads:
        # Rounds come each five seconds; once a minute is enough to see when it goes.
        setting.clock.advance(minutes=1)
        await reconcile(ports)
        await erase_due(ports)
    assert setting.clock.now() <= sent_at + datetime.timedelta(hours=23, minutes=31)


async def test_round_tells_its_metrics(setting: Setting, monkeypatch: pytest.MonkeyPatch) -> None:
    """The timer sets how late the oldest upload is."""
    told: asyncio.Queue[float] = asyncio.Queue()
    monkeypatch.setattr(metrics.UPLOAD_ERASURE_LATE_SECONDS, "set", told.put_nowait)
    await _expect(setting, "upl_1")
    setting.library.failing = {"upl_1"}
    setting.clock.advance(hours=24, seconds=7)
    timers = Timers(setting.ports, reconcile_every_s=3600)
    await timers.eraser.start()
    try:
        assert await asyncio.wait_for(told.get(), 20) == 7
    finally:
        await timers.eraser.stop()


async def test_stubborn_upload_holds_up_nobody(setting: Setting) -> None:
    """A library that answers UNAVAILABLE for one upload is not taken for one that is away."""
    for number in range(12):
        await _expect(setting, f"upl_{number:02}")
    setting.library.failing = {"upl_03"}
    setting.clock.advance(hours=24)
    done = await erase_due(setting.ports)
    assert (len(done.erased), list(done.failed), done.library_away) == (11, ["upl_03"], False)
    setting.library.failing = set()
    setting.clock.advance(minutes=1)
    assert len((await erase_due(setting.ports)).erased) == 1
