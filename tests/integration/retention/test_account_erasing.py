"""The erasure of people on a real PostgreSQL, begun by facts over a real NATS."""

from __future__ import annotations

import asyncio
import contextlib
from pathlib import Path

import pytest

from chassis import metrics
from chassis.bus.connection import Bus
from chassis.bus.consumer import Delivery, Unwanted
from chassis.bus.subjects import subject_of
from chassis.bus.topology import FACTS
from chassis.db.pool import Database
from chassis.identity import Certificates
from chassis.rpc.client import Channel
from chassis.testing.clock import ManualClock
from chassis.testing.nats import NatsServer, free_port
from services.retention.app.account_ports import AccountPorts
from services.retention.app.erase_accounts import CLAIM_LIFE, erase_accounts
from services.retention.app.erase_due import erase_due
from services.retention.app.expect_upload import expect_upload
from services.retention.app.reconcile import reconcile
from services.retention.app.request_erasure import erase_person, request_erasure
from services.retention.clients.holders import HolderClient
from services.retention.domain.account_erasure import DOOR, HOLDERS
from services.retention.domain.erasure import HeldUpload
from services.retention.domain.errors import HolderFailed
from services.retention.events.account_facts import AccountFactHandlers
from services.retention.events.account_timer import AccountTimer
from services.retention.store.account_erasures import AccountErasureStore
from services.retention.wiring import account_erasing
from stripsession.auth.v1 import events_pb2
from tests.integration.retention.conftest import Setting
from tests.unit.retention.account_promises import AccountPromises
from tests.unit.retention.fake_accounts import Crash, FakeHolder

PERSON = f"usr_{'ab' * 16}"


class TestAccountErasureStore(AccountPromises):
    """PostgreSQL keeps what the store promises."""

    @pytest.fixture
    def store(self, database: Database) -> AccountErasureStore:
        return AccountErasureStore(database)


@pytest.fixture
def holders() -> dict[str, FakeHolder]:
    return {name: FakeHolder() for name in (DOOR, *HOLDERS)}


@pytest.fixture
def ports(database: Database, holders: dict[str, FakeHolder]) -> AccountPorts:
    return AccountPorts(AccountErasureStore(database), holders, ManualClock())


def _requested(user_id: str) -> events_pb2.AccountDeletionRequested:
    fact = events_pb2.AccountDeletionRequested(user_id=user_id)
    fact.requested_at.FromSeconds(1_800_000_000)
    return fact


async def test_a_deletion_told_twice_on_the_bus_erases_once(
    database: Database,
    ports: AccountPorts,
    holders: dict[str, FakeHolder],
    nats_server: NatsServer,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """The fact over NATS begins the erasure without waiting for any interval; its double changes nothing."""
    erased = asyncio.Event()
    monkeypatch.setattr(metrics.ACCOUNTS_ERASED, "inc", erased.set)
    bus = Bus(nats_server.url, None, streams=[FACTS])
    async with contextlib.AsyncExitStack() as stack:
        for part in (bus, *account_erasing(ports, AccountTimer(ports), database, bus)):
            await part.start()
            stack.push_async_callback(part.stop)
        for _ in range(2):
            subject = subject_of(events_pb2.AccountDeletionRequested)
            await bus.jetstream.publish(subject, _requested("usr_1").SerializeToString())
        await asyncio.wait_for(erased.wait(), 20)
    assert [holders[name].asked for name in HOLDERS] == [["usr_1"]] * 4


async def test_a_holder_that_came_back_from_a_backup_is_erased_again(
    database: Database, ports: AccountPorts, holders: dict[str, FakeHolder]
) -> None:
    """What is over begins again when an operator asks for that, for every holder, in the real store; and ends again."""
    await erase_person(ports, PERSON, anew=False)
    await erase_accounts(ports)
    assert not (await erase_person(ports, PERSON, anew=False)).is_new
    assert (await erase_accounts(ports)).finished == []
    noted = await erase_person(ports, PERSON, anew=True)
    assert (noted.is_new, noted.erasure.finished_at) == (True, None)
    assert not (await erase_person(ports, PERSON, anew=True)).is_new
    (finished,) = (await erase_accounts(ports)).finished
    assert finished.user_id == PERSON
    assert [holders[name].asked for name in HOLDERS] == [[PERSON] * 2] * 4


async def test_a_deletion_of_nobody_is_dropped(ports: AccountPorts) -> None:
    """A malformed fact begins nothing."""
    handlers = AccountFactHandlers(ports, _unexpected)
    for fact in (_requested(""), events_pb2.AccountDeletionRequested(user_id="usr_1")):
        with pytest.raises(Unwanted):
            await handlers.deletion_requested(Delivery(fact, "1", 1))


async def test_a_dead_process_leaves_nobody_half_erased(ports: AccountPorts, holders: dict[str, FakeHolder]) -> None:
    """What one process was told is kept; what it was not told, the next asks again once the claim has run out."""
    holders["auth"].crashes = 1
    await request_erasure(ports, "usr_1", ports.clock.now())
    with contextlib.suppress(Crash):
        await erase_accounts(ports)
    assert not (await erase_accounts(ports)).finished
    assert isinstance(ports.clock, ManualClock)
    ports.clock.advance(seconds=CLAIM_LIFE.total_seconds())
    (erasure,) = (await erase_accounts(ports)).finished
    assert [step.counts for step in erasure.steps] == [{"things": 1}] * 4
    assert [len(holders[name].asked) for name in HOLDERS] == [1, 1, 1, 2]


async def test_two_processes_ask_each_holder_once(ports: AccountPorts, holders: dict[str, FakeHolder]) -> None:
    """Two rounds at once erase every person exactly once."""
    people = [f"usr_{number}" for number in range(12)]
    for user_id in people:
        await request_erasure(ports, user_id, ports.clock.now())
    first, second = await asyncio.gather(erase_accounts(ports), erase_accounts(ports))
    assert len(first.finished) + len(second.finished) == 12
    assert [sorted(holders[name].asked) for name in HOLDERS] == [sorted(people)] * 4


async def test_nothing_of_an_erased_persons_uploads_comes_back(setting: Setting, ports: AccountPorts) -> None:
    """Duties and evidence go with the person, and late facts and lists make no new ones; a neighbour's stay."""
    assert isinstance(setting.ports.clock, ManualClock)
    for number in range(2):
        setting.library.hold(f"upl_{number}", setting.clock.now(), finished=number == 0)
    await reconcile(setting.ports)
    await erase_due(setting.ports)
    await expect_upload(setting.ports, HeldUpload("upl_1", "usr_1", setting.clock.now()))
    await expect_upload(setting.ports, HeldUpload("upl_9", "usr_2", setting.clock.now()))
    await request_erasure(ports, "usr_1", ports.clock.now())
    (erasure,) = (await erase_accounts(ports)).finished
    assert erasure.step_of("auth").counts["evidence"] == 2
    await expect_upload(setting.ports, HeldUpload("upl_1", "usr_1", setting.clock.now()))
    setting.clock.advance(hours=25)
    await reconcile(setting.ports)
    await erase_due(setting.ports)
    pool = setting.database.pool
    assert await pool.fetchval("SELECT count(*) FROM erasures WHERE owner_id = 'usr_1'") == 0
    assert await pool.fetchval("SELECT count(*) FROM duties") == 0
    assert await pool.fetchval("SELECT count(*) FROM erasures WHERE owner_id = 'usr_2'") == 1


async def test_a_holder_that_is_not_there_says_so(certificates: Path) -> None:
    """A service that is down is a failure with a word, not an end of the round."""
    channel = Channel("billing", f"127.0.0.1:{free_port()}", Certificates(certificates, "retention"))
    try:
        with pytest.raises(HolderFailed) as caught:
            await HolderClient(channel).erase("usr_1")
        assert caught.value.word == "UNREACHABLE"
    finally:
        await channel.stop()


def _unexpected() -> None:
    raise AssertionError("nothing was to be woken")
