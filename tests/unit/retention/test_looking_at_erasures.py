"""How far the erasure of a person is, as an operator is told who only looks."""

from __future__ import annotations

from unittest.mock import create_autospec

import grpc
import pytest

from chassis.testing.clock import ManualClock
from services.retention.api.administration_servicer import ErasureAdministrationServicer
from services.retention.app.account_ports import AccountPorts
from services.retention.app.erase_accounts import erase_accounts
from services.retention.app.get_erasure import get_erasure
from services.retention.app.request_erasure import erase_person
from services.retention.domain.account_erasure import DOOR, HOLDERS
from services.retention.domain.errors import IdentifierMissing, IdentifierUnknown
from stripsession.retention.v1 import erasure_administration_service_pb2 as pb
from tests.unit.retention.fake_accounts import FakeAccountErasures, FakeHolder

PERSON = f"usr_{'ab' * 16}"


@pytest.fixture
def holders() -> dict[str, FakeHolder]:
    return {name: FakeHolder() for name in (DOOR, *HOLDERS)}


@pytest.fixture
def ports(holders: dict[str, FakeHolder]) -> AccountPorts:
    return AccountPorts(FakeAccountErasures(), holders, ManualClock())


async def told(ports: AccountPorts) -> pb.GetErasureResponse:
    def unexpected() -> None:
        raise AssertionError("nothing was to be woken")

    servicer = ErasureAdministrationServicer(ports, unexpected)
    context = create_autospec(grpc.aio.ServicerContext, instance=True)
    return await servicer.GetErasure(pb.GetErasureRequest(user_id=PERSON), context)


async def test_looking_begins_nothing(ports: AccountPorts, holders: dict[str, FakeHolder]) -> None:
    """Of somebody whom nobody asked to have erased that is told, and they are not erased for it."""
    assert not (await told(ports)).HasField("erasure")
    assert (await erase_accounts(ports)).finished == []
    assert not any(holder.asked for holder in holders.values())


async def test_each_holder_is_told_with_its_tries_and_fault(
    ports: AccountPorts, holders: dict[str, FakeHolder]
) -> None:
    """Who is done stands with when, who is not with its tries, why it was not done, and when it is asked next."""
    holders["billing"].is_away = True
    began = ports.clock.now()
    await erase_person(ports, PERSON, anew=False)
    waiting = (await told(ports)).erasure
    assert [(each.tries, each.fault, each.HasField("finished_at")) for each in waiting.holders] == [(0, "", False)] * 5
    await erase_accounts(ports)
    erasure = (await told(ports)).erasure
    parts = {each.holder: each for each in erasure.holders}
    assert [*parts] == [DOOR, *HOLDERS]
    assert (parts["library"].tries, parts["library"].HasField("finished_at")) == (1, True)
    assert not parts["library"].HasField("next_try_at")
    assert (parts["billing"].tries, parts["billing"].fault) == (1, "UNREACHABLE")
    assert parts["billing"].next_try_at == erasure.due_at
    assert erasure.due_at.ToDatetime() > began.replace(tzinfo=None)
    assert (parts["auth"].tries, parts["auth"].fault) == (0, "")
    assert not erasure.HasField("finished_at")


async def test_what_is_over_is_told_with_its_end(ports: AccountPorts) -> None:
    """A finished erasure says when the last holder was done, and that nobody is asked any more."""
    await erase_person(ports, PERSON, anew=False)
    await erase_accounts(ports)
    erasure = (await told(ports)).erasure
    assert erasure.HasField("finished_at")
    assert not erasure.HasField("due_at")
    assert all(each.HasField("finished_at") for each in erasure.holders)


@pytest.mark.parametrize(("user_id", "fault"), [("", IdentifierMissing), ("ann@band.example", IdentifierUnknown)])
async def test_what_names_nobody_is_refused(ports: AccountPorts, user_id: str, fault: type[Exception]) -> None:
    """A slip in an identifier is not told as somebody whom nobody asked to have erased."""
    with pytest.raises(fault):
        await get_erasure(ports, user_id)
