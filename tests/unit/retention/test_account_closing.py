"""Closing accounts in memory, through time, and what is told of it."""

from __future__ import annotations

import datetime
from unittest.mock import create_autospec

import grpc
import pytest

from chassis import metrics
from chassis.settings import SettingsInvalid
from services.retention.api.closing_servicer import ClosingServicer
from services.retention.app.ask_closing import ask_closing
from services.retention.app.begin_closings import begin_closings
from services.retention.app.erase_accounts import erase_accounts
from services.retention.app.follow_closing import follow_closing
from services.retention.app.get_closing import get_closing
from services.retention.app.withdraw_closing import withdraw_closing
from services.retention.domain.account_closing import WITHDRAWN_LIFE, Closing, digest, is_token, new_token
from services.retention.domain.errors import ClosingNotFound, IdentifierMissing, IdentifierUnknown
from services.retention.events.closing_timer import ClosingTimer
from services.retention.settings import CLOSING_WINDOW_S, RetentionSettings
from services.retention.wiring import make_closing_ports
from stripsession.retention.v1 import closing_service_pb2 as pb
from tests.unit.retention.closing_promises import OTHER, PERSON, ClosingPromises, Road, road_of
from tests.unit.retention.fake_closings import FakeClosings


@pytest.fixture
def road() -> Road:
    store = FakeClosings()

    async def facts() -> list[str]:
        return [type(fact).__name__ for fact in store.facts]

    return road_of(store, store, store, facts)


class TestClosingInMemory(ClosingPromises):
    """The rules, on the fake."""


async def followed(road: Road, token: str) -> pb.FollowClosingResponse:
    servicer = ClosingServicer(road.ports, lambda: None)
    context = create_autospec(grpc.aio.ServicerContext, instance=True)
    return await servicer.FollowClosing(pb.FollowClosingRequest(token=token), context)


async def test_who_follows_is_told_of_every_service_and_of_nobody(road: Road) -> None:
    """Which service is done and which is asked again; the counts once all are; and never whose it is."""
    road.holders["billing"].is_away = True
    token = await road.ask(at_once=True)
    assert list((await followed(road, token)).holders) == []
    await begin_closings(road.ports)
    await erase_accounts(road.accounts)
    told = await followed(road, token)
    assert told.state == pb.CLOSING_STATE_ERASING
    parts = {part.holder: part for part in told.holders}
    assert [*parts] == ["sign-in", "library", "separation", "billing", "auth"]
    assert (parts["billing"].asked_again, parts["auth"].asked_again) == (True, False)
    assert parts["library"].HasField("finished_at")
    assert not parts["billing"].HasField("finished_at")
    assert not any(part.erased for part in told.holders)
    road.holders["billing"].is_away = False
    road.clock.advance(seconds=60)
    await erase_accounts(road.accounts)
    over = await followed(road, token)
    assert (over.state, over.HasField("finished_at")) == (pb.CLOSING_STATE_OVER, True)
    assert [(each.kind, each.count) for each in over.holders[1].erased] == [("things", 1)]
    assert over.receipt == PERSON.encode()
    # Its person's own; the rest tells of nobody.
    over.ClearField("receipt")
    assert PERSON not in str(told) + str(over)


async def test_only_what_is_due_wakes_the_timer(road: Road) -> None:
    """At once is begun without waiting for any interval; what waits a week wakes nobody."""
    woken: list[bool] = []
    servicer = ClosingServicer(road.ports, lambda: woken.append(True))
    context = create_autospec(grpc.aio.ServicerContext, instance=True)
    answer = await servicer.AskClosing(pb.AskClosingRequest(user_id=PERSON), context)
    assert (answer.closing.state, woken) == (pb.CLOSING_STATE_WAITING, [])
    await servicer.AskClosing(pb.AskClosingRequest(user_id=PERSON, at_once=True), context)
    assert woken == [True]
    told = await servicer.GetClosing(pb.GetClosingRequest(user_id=PERSON), context)
    assert (told.closing.at_once, told.window_s) == (True, CLOSING_WINDOW_S)


async def test_a_round_that_fails_is_seen(road: Road, monkeypatch: pytest.MonkeyPatch) -> None:
    """How late the oldest closing is is told also where none can be begun, and what is old goes meanwhile."""
    timer = ClosingTimer(road.ports, lambda: None)
    token = await road.ask()
    await withdraw_closing(road.ports, PERSON)
    road.clock.advance(seconds=WITHDRAWN_LIFE.total_seconds() + 1)
    await ask_closing(road.ports, OTHER, at_once=True, idempotency_key="")
    road.clock.advance(seconds=90)

    async def fails(*_: object) -> list[Closing]:
        raise ConnectionResetError

    monkeypatch.setattr(road.ports.closings, "due_closings", fails)
    with pytest.raises(ConnectionResetError):
        await timer._round()
    assert metrics.ACCOUNT_CLOSING_LATE_SECONDS._value.get() == 90
    await timer._forget()
    with pytest.raises(ClosingNotFound):
        await road.state(token)


async def test_a_token_is_kept_as_its_digest_alone(road: Road) -> None:
    """Each is of 256 random bits, told once; who reads the store cannot follow anybody."""
    token = await road.ask()
    assert isinstance(road.ports.closings, FakeClosings)
    assert list(road.ports.closings.hashes.values()) == [digest(token)]
    assert token not in repr(road.ports.closings.closings)
    assert is_token(new_token())
    assert new_token() != new_token()
    for other in ("", "x" * 43, f"{token}=", token[:-1]):
        with pytest.raises(ClosingNotFound):
            await follow_closing(road.ports, other)


@pytest.mark.parametrize(("user_id", "fault"), [("", IdentifierMissing), ("ann@band.example", IdentifierUnknown)])
async def test_what_names_nobody_is_refused(road: Road, user_id: str, fault: type[Exception]) -> None:
    """A slip closes nobody's account."""
    with pytest.raises(fault):
        await ask_closing(road.ports, user_id, at_once=True, idempotency_key="")
    with pytest.raises(fault):
        await get_closing(road.ports, user_id)
    with pytest.raises(fault):
        await withdraw_closing(road.ports, user_id)


def window(**set_to: float) -> datetime.timedelta:
    """As it follows from an operator's settings."""
    settings = RetentionSettings(certificates=None, nats_url="", library_address="", **set_to)  # type: ignore[arg-type]  # nothing is served
    return make_closing_ports(settings, None, None, None).window  # type: ignore[arg-type]  # nothing is asked


async def test_an_operator_sets_the_window() -> None:
    """Seven days unless it is set, none where it is 0, and never less."""
    assert window() == datetime.timedelta(days=7)
    assert window(closing_window_s=60) == datetime.timedelta(minutes=1)
    assert window(closing_window_s=0) == datetime.timedelta()
    with pytest.raises(SettingsInvalid):
        window(closing_window_s=-1)
