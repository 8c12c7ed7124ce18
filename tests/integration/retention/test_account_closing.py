"""Closing accounts on a real PostgreSQL, through time, in several processes at once, and over a real wire."""

from __future__ import annotations

import asyncio
import contextlib
import dataclasses
from collections.abc import AsyncIterator
from pathlib import Path

import grpc
import pytest

from chassis.db.operator_acts import OperatorActs
from chassis.db.pool import Database
from chassis.health import Readiness
from chassis.identity import Certificates
from chassis.rpc.client import Channel
from chassis.rpc.errors import from_error
from services.retention.app.ask_closing import ask_closing
from services.retention.app.begin_closings import begin_closings
from services.retention.app.erase_accounts import erase_accounts
from services.retention.app.withdraw_closing import withdraw_closing
from services.retention.domain.account_closing import State
from services.retention.domain.errors import ClosingBegun, ClosingWithdrawn
from services.retention.events.account_timer import AccountTimer
from services.retention.events.closing_timer import ClosingTimer
from services.retention.events.envelopes import encode
from services.retention.store.account_closings import AccountClosingStore, AccountClosingWork
from services.retention.store.account_erasures import AccountErasureStore
from services.retention.store.receipt_chain import ReceiptChain
from services.retention.store.receipts import ReceiptStore
from services.retention.wiring import (
    Checking,
    closing_registration,
    erasing_servicer,
    make_account_ports,
    make_closing_ports,
    rpc_server,
)
from stripsession.retention.v1 import closing_service_pb2 as pb
from stripsession.retention.v1 import closing_service_pb2_grpc as pb_grpc
from tests.integration.retention.conftest import Setting
from tests.integration.retention.test_receipt_chain import signer
from tests.unit.retention.closing_promises import PERSON, WINDOW, ClosingPromises, Road, road_of
from tests.unit.retention.fake_accounts import Crash


@pytest.fixture
def road(database: Database) -> Road:
    async def facts() -> list[str]:
        rows = await database.pool.fetch("SELECT subject FROM outbox ORDER BY fact_id")
        return [row["subject"].rpartition(".")[2] for row in rows]

    chain = ReceiptChain(signer(1))
    receipts, erasures = ReceiptStore(database, chain), AccountErasureStore(database, chain)
    return road_of(AccountClosingStore(database, encode), receipts, erasures, facts)


class TestClosingOnPostgres(ClosingPromises):
    """The rules, on PostgreSQL."""


async def test_two_processes_begin_each_once(road: Road) -> None:
    """Rounds at the same time share what is due, and every person is erased exactly once."""
    people = [f"usr_{number:032x}" for number in range(30)]
    for user_id in people:
        await ask_closing(road.ports, user_id, at_once=True, idempotency_key="")
    begun = await asyncio.gather(*(begin_closings(road.ports) for _ in range(3)))
    assert sum(begun) == 30
    await erase_accounts(road.accounts)
    assert sorted(road.holders["library"].asked) == people


async def test_taken_back_and_due_in_the_same_moment_is_one_of_both(road: Road) -> None:
    """Whichever comes first holds: either nothing was erased and it is taken back, or it began and that is told."""
    for number in range(20):
        user_id = f"usr_{number:032x}"
        token = (await ask_closing(road.ports, user_id, at_once=True, idempotency_key="")).token
        back, begun = await asyncio.gather(
            withdraw_closing(road.ports, user_id), begin_closings(road.ports), return_exceptions=True
        )
        # Whom another process holds is left to it; the next second looks again.
        begun = (begun if isinstance(begun, int) else 0) + await begin_closings(road.ports)
        async with road.accounts.erasures.transaction() as work:
            erasure = await work.get(user_id)
        state = await road.state(token)
        if back is None:
            assert (begun, erasure, state) == (0, None, State.WITHDRAWN)
        else:
            assert isinstance(back, ClosingBegun)
            assert (begun, state) == (1, State.ERASING)


async def test_asking_twice_at_once_makes_one(road: Road) -> None:
    """Requests in one moment note one closing and tell of it once; of their links the one told last leads to it."""
    tokens = await asyncio.gather(*(road.ask() for _ in range(4)))
    assert await road.facts() == ["AccountClosingAsked"]
    found = []
    for token in tokens:
        with contextlib.suppress(Exception):
            found.append(await road.state(token))
    assert found == [State.WAITING]


async def test_what_a_process_of_before_noted_counts(road: Road, database: Database) -> None:
    """While versions are changed one of before keeps the last key alone: that, too, is refused when it comes late."""
    await road.ask(key="one")
    await database.pool.execute("UPDATE account_closings SET idempotency_key = 'old', idempotency_keys = '{}'")
    await withdraw_closing(road.ports, PERSON)
    with pytest.raises(ClosingWithdrawn):
        await road.ask(key="old")


async def test_a_process_that_dies_leaves_it_whole(
    road: Road, database: Database, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Who dies between noting the erasure and ending the closing has done neither; the next does both."""
    token = await road.ask(at_once=True)

    async def dies(*_: object) -> None:
        raise Crash

    with monkeypatch.context() as dying:
        dying.setattr(AccountClosingWork, "save_closing", dies)
        with contextlib.suppress(Crash):
            await begin_closings(road.ports)
    assert (await road.erasure(), await road.state(token)) == (None, State.WAITING)
    later = dataclasses.replace(road.ports, closings=AccountClosingStore(database, encode))
    assert await begin_closings(later) == 1
    assert await road.state(token) is State.ERASING


@pytest.fixture
async def channels(setting: Setting, certificates: Path) -> AsyncIterator[dict[str, grpc.aio.Channel]]:
    """To retention, as the gateway and as another."""
    accounts = make_account_ports(setting.database, {}, setting.clock)
    receipts = ReceiptStore(setting.database, ReceiptChain(None))
    closings = make_closing_ports(setting.settings, setting.database, setting.clock, receipts)
    timer = AccountTimer(accounts)
    more = [closing_registration(closings, ClosingTimer(closings, timer.eraser.wake))]
    server = rpc_server(
        setting.settings,
        setting.ports,
        erasing_servicer(accounts, timer),
        Readiness(),
        OperatorActs(setting.database),
        Checking(setting.settings, setting.database, {}, setting.clock),
        more=more,
    )
    async with contextlib.AsyncExitStack() as stack:
        await server.start()
        stack.push_async_callback(server.stop)
        opened = {}
        for caller in ("gateway", "library"):
            channel = Channel("retention", f"127.0.0.1:{server.port}", Certificates(certificates, caller))
            stack.push_async_callback(channel.stop)
            opened[caller] = channel.grpc
        yield opened


async def test_the_gateway_asks_for_people(setting: Setting, channels: dict[str, grpc.aio.Channel]) -> None:
    """Over mTLS a closing is asked for, told of, followed and taken back, each refusal with its word."""
    stub = pb_grpc.ClosingServiceStub(channels["gateway"])
    asked = await stub.AskClosing(pb.AskClosingRequest(user_id=PERSON, idempotency_key="one"))
    assert asked.closing.due_at.ToDatetime() == (setting.clock.now() + WINDOW).replace(tzinfo=None)
    told = await stub.GetClosing(pb.GetClosingRequest(user_id=PERSON))
    assert (told.closing, told.window_s) == (asked.closing, int(WINDOW.total_seconds()))
    followed = await stub.FollowClosing(pb.FollowClosingRequest(token=asked.token))
    assert (followed.state, PERSON in str(followed)) == (pb.CLOSING_STATE_WAITING, False)
    await stub.WithdrawClosing(pb.WithdrawClosingRequest(user_id=PERSON))
    assert not (await stub.GetClosing(pb.GetClosingRequest(user_id=PERSON))).HasField("closing")
    again = pb.AskClosingRequest(user_id=PERSON, idempotency_key="one")
    with pytest.raises(grpc.aio.AioRpcError) as withdrawn:
        await stub.AskClosing(again)
    assert from_error(withdrawn.value).reason == "CLOSING_WITHDRAWN"
    with pytest.raises(grpc.aio.AioRpcError) as unknown:
        await stub.FollowClosing(pb.FollowClosingRequest(token="x" * 43))
    assert from_error(unknown.value).reason == "CLOSING_NOT_FOUND"
    with pytest.raises(grpc.aio.AioRpcError) as nobody:
        await stub.AskClosing(pb.AskClosingRequest())
    assert from_error(nobody.value).reason == "IDENTIFIER_MISSING"
    with pytest.raises(grpc.aio.AioRpcError) as stranger:
        await pb_grpc.ClosingServiceStub(channels["library"]).GetClosing(pb.GetClosingRequest(user_id=PERSON))
    assert from_error(stranger.value).reason == "CALLER_NOT_ALLOWED"


async def test_the_timer_begins_what_is_due(database: Database, road: Road) -> None:
    """The part of the service begins a closing and wakes the erasure, without anybody's asking."""
    woken = asyncio.Event()
    ports = dataclasses.replace(road.ports, closings=AccountClosingStore(database, encode))
    await road.ask(at_once=True)
    beginner = ClosingTimer(ports, woken.set).beginner
    await beginner.start()
    try:
        await asyncio.wait_for(woken.wait(), 20)
    finally:
        await beginner.stop()
    assert await road.erasure() is not None
