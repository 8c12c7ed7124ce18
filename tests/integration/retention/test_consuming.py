"""Facts over a real NATS become erasures."""

from __future__ import annotations

import asyncio
import contextlib
import dataclasses
import datetime
from collections.abc import AsyncIterator

import pytest
from google.protobuf.message import Message

from chassis.bus.connection import Bus
from chassis.bus.consumer import Delivery, Unwanted
from chassis.bus.subjects import subject_of
from chassis.bus.topology import FACTS
from chassis.testing.nats import NatsServer
from services.retention.app.erase_due import erase_due
from services.retention.app.list_receipts import list_receipts
from services.retention.app.note_track_erasure import note_track_erasure
from services.retention.app.ports import Store, Work
from services.retention.domain.account_erasure import begun
from services.retention.domain.receipt import TrackErasure, name_of
from services.retention.events.consumers import FactHandlers
from services.retention.settings import RetentionSettings
from services.retention.store.account_erasures import AccountErasureStore
from services.retention.wiring import duties
from stripsession.library.v1 import events_pb2 as library_events
from stripsession.library.v1 import material_service_pb2
from stripsession.separation.v1 import events_pb2 as separation_events
from tests.integration.retention.conftest import Setting
from tests.unit.retention.store_promises import erasure, gone


@contextlib.asynccontextmanager
async def _running(setting: Setting, nats: NatsServer, *, reconcile_every_s: float = 3600) -> AsyncIterator[Bus]:
    settings = RetentionSettings(
        certificates=setting.settings.certificates,
        nats_url=nats.url,
        library_address=setting.settings.library_address,
        reconcile_every_s=reconcile_every_s,
    )
    bus = Bus(nats.url, None, streams=[FACTS])
    async with contextlib.AsyncExitStack() as stack:
        for part in (bus, *duties(settings, setting.ports, setting.database, bus)):
            await part.start()
            stack.push_async_callback(part.stop)
        yield bus


async def _publish(bus: Bus, fact: Message) -> None:
    await bus.jetstream.publish(subject_of(type(fact)), fact.SerializeToString())


def _stored(setting: Setting, upload_id: str) -> library_events.UploadStored:
    fact = library_events.UploadStored(upload_id=upload_id, owner_id="usr_1")
    fact.created_at.FromDatetime(setting.clock.now())
    return fact


def _concluded(upload_id: str, outcome: material_service_pb2.Outcome.ValueType) -> separation_events.JobConcluded:
    return separation_events.JobConcluded(
        job_id="job_1", track_id="trk_1", upload_id=upload_id, owner_id="usr_1", outcome=outcome
    )


COMPLETED = material_service_pb2.OUTCOME_COMPLETED


async def test_completed_jobs_upload_goes_by_facts_alone(setting: Setting, nats_server: NatsServer) -> None:
    """Once stored and completed are told, in either order, the upload is erased without waiting for any interval."""
    async with _running(setting, nats_server) as bus:
        for name in ("upl_1", "upl_2"):
            setting.library.hold(name, setting.clock.now(), finished=True)
        await _publish(bus, _stored(setting, "upl_1"))
        await _publish(bus, _concluded("upl_1", COMPLETED))
        await setting.library.until_erased("upl_1")
        # Of this one no UploadStored ever comes: the library itself is asked.
        await _publish(bus, _concluded("upl_2", COMPLETED))
        await setting.library.until_erased("upl_2")


async def test_losing_nats_changes_nothing(setting: Setting, nats_server: NatsServer) -> None:
    """With NATS killed and its storage wiped, finished uploads are erased all the same."""
    async with _running(setting, nats_server, reconcile_every_s=0.05):
        nats_server.kill()
        nats_server.wipe()
        setting.library.hold("upl_1", setting.clock.now(), finished=True)
        await setting.library.until_erased("upl_1")


@pytest.mark.parametrize("outcome", [material_service_pb2.OUTCOME_FAILED, material_service_pb2.OUTCOME_CANCELLED])
async def test_failed_and_cancelled_keep_their_upload(
    setting: Setting, outcome: material_service_pb2.Outcome.ValueType
) -> None:
    """An upload that may be tried again is held until its deadline, and goes then."""
    handlers = FactHandlers(setting.ports, erase=_unexpected, reconcile=_unexpected)
    setting.library.hold("upl_1", setting.clock.now())
    await handlers.upload_stored(Delivery(_stored(setting, "upl_1"), "1", 1))
    await handlers.job_concluded(Delivery(_concluded("upl_1", outcome), "2", 1))
    assert list((await erase_due(setting.ports)).erased) == []
    setting.clock.advance(hours=24)
    assert len((await erase_due(setting.ports)).erased) == 1


async def test_repeated_facts_count_once(setting: Setting) -> None:
    """Facts delivered again, even a day later, neither erase twice nor bring an upload back."""
    handlers = FactHandlers(setting.ports, erase=lambda: None, reconcile=_unexpected)
    setting.library.hold("upl_1", setting.clock.now())
    stored = Delivery(_stored(setting, "upl_1"), "1", 1)
    for _ in range(2):
        for _ in range(2):
            await handlers.upload_stored(stored)
            await handlers.job_concluded(Delivery(_concluded("upl_1", COMPLETED), "2", 1))
        await erase_due(setting.ports)
        setting.clock.advance(hours=25)
    assert setting.library.calls == ["upl_1"]


async def test_fact_without_a_time_is_dropped(setting: Setting) -> None:
    """A malformed fact is not taken for an upload of 1970, which would be erased at once."""
    handlers = FactHandlers(setting.ports, erase=_unexpected, reconcile=_unexpected)
    fact = library_events.UploadStored(upload_id="upl_1", owner_id="usr_1")
    with pytest.raises(Unwanted):
        await handlers.upload_stored(Delivery(fact, "1", 1))
    assert list((await erase_due(setting.ports)).erased) == []


class _Telling:
    """A store that tells of each unit of work that it has committed."""

    def __init__(self, store: Store) -> None:
        self._store = store
        self.committed = asyncio.Semaphore(0)

    @contextlib.asynccontextmanager
    async def transaction(self) -> AsyncIterator[Work]:
        async with self._store.transaction() as work:
            yield work
        self.committed.release()


async def test_a_tracks_end_becomes_a_receipt_once(setting: Setting, nats_server: NatsServer) -> None:
    """What the library tells of a track that is gone is kept, told twice or not; without its times it is nothing."""
    handlers = FactHandlers(setting.ports, erase=_unexpected, reconcile=_unexpected)
    fact = library_events.TrackErased(track_id="trk_1", owner_id="usr_1", upload_id="upl_1", stems=4, stem_files=8)
    with pytest.raises(Unwanted):
        await handlers.track_erased(Delivery(fact, "0", 1))
    fact.asked_at.FromDatetime(setting.clock.now())
    fact.erased_at.FromDatetime(setting.clock.now())
    telling = _Telling(setting.ports.store)
    heard = dataclasses.replace(setting, ports=dataclasses.replace(setting.ports, store=telling))
    async with _running(heard, nats_server) as bus, asyncio.timeout(10):
        await _publish(bus, fact)
        while not (page := await list_receipts(setting.ports, "usr_1", None, 0)).receipts:
            await telling.committed.acquire()
    await handlers.track_erased(Delivery(fact, "2", 1))
    assert (await list_receipts(setting.ports, "usr_1", None, 0)).receipts == page.receipts
    (receipt,) = page.receipts
    assert isinstance(receipt, TrackErasure)
    assert (receipt.track_id, receipt.stems, receipt.stem_files, receipt.links) == ("trk_1", 4, 8, 0)


@pytest.mark.parametrize("kinds", [("trk", "upl"), ("upl", "trk")])
async def test_pages_of_receipts_are_whole(setting: Setting, kinds: tuple[str, str]) -> None:
    """Uploads and tracks stand in one order, and every page goes on where the last one ended until nothing is left.

    Also where what is left is all of one kind, and just more than a page.
    """
    old, other = kinds
    names = [f"{kind}_{number}" for number, kind in enumerate((old, old, old, other, old, other, other))]
    async with setting.ports.store.transaction() as work:
        for number, name in enumerate(names):
            moment = setting.clock.now() + datetime.timedelta(seconds=number)
            if name.startswith("upl"):
                await work.conclude(erasure(name, moment))
            else:
                await work.note_track(gone(name, moment))
    page = await list_receipts(setting.ports, "usr_1", None, 2)
    pages = [page.receipts]
    while page.next_place is not None:
        page = await list_receipts(setting.ports, "usr_1", page.next_place, 2)
        pages.append(page.receipts)
    assert [[name_of(each) for each in receipts] for receipts in pages] == [
        [names[6], names[5]],
        [names[4], names[3]],
        [names[2], names[1]],
        [names[0]],
    ]


async def test_of_an_erased_person_no_receipt_is_kept(setting: Setting) -> None:
    """Their evidence goes with them, and a fact that comes late makes none."""
    await note_track_erasure(setting.ports, gone("trk_1"))
    accounts = AccountErasureStore(setting.database)
    async with accounts.transaction() as work:
        await work.add(begun("usr_1", setting.clock.now(), setting.clock.now()))
        assert await work.forget_evidence("usr_1") == 1
    assert not await note_track_erasure(setting.ports, gone("trk_2"))
    assert list((await list_receipts(setting.ports, "usr_1", None, 0)).receipts) == []


def _unexpected() -> None:
    raise AssertionError("nothing was to be woken")
