"""Requests about privacy over mTLS: who may ask what, what acts keep of it, and the promise that is proved."""

from __future__ import annotations

import contextlib
import datetime
import json
from collections.abc import AsyncIterator, Awaitable
from pathlib import Path

import grpc
import pytest

from chassis.authority import ensure_certificates
from chassis.db.operator_acts import OperatorActs
from chassis.health import Readiness
from chassis.identity import OPERATORS, Certificates
from chassis.rpc.client import Channel
from chassis.rpc.errors import from_error
from services.retention.domain.checks import CHECKS, ITSELF
from services.retention.domain.finding import State, judged
from services.retention.events.account_timer import AccountTimer
from services.retention.events.request_timer import RequestTimer
from services.retention.store.examination import Examination
from services.retention.wiring import (
    Checking,
    erasing_servicer,
    make_account_ports,
    make_request_ports,
    request_registrations,
    rpc_server,
)
from stripsession.retention.v1 import privacy_request_pb2 as request_pb
from stripsession.retention.v1 import privacy_request_service_pb2 as pb
from stripsession.retention.v1 import privacy_request_service_pb2_grpc as pb_grpc
from stripsession.retention.v1 import request_administration_service_pb2 as admin_pb
from stripsession.retention.v1 import request_administration_service_pb2_grpc as admin_grpc
from tests.integration.retention.conftest import Setting

PERSON = f"usr_{'ab' * 16}"
ADDRESS, TEXT, ANSWER = "somebody@example.org", "What is held of me?", "Nothing is held of you."
Channels = dict[str, grpc.aio.Channel]
DAY = datetime.timedelta(days=1)


@pytest.fixture
async def channels(setting: Setting, certificates: Path) -> AsyncIterator[Channels]:
    ensure_certificates(certificates, OPERATORS)
    accounts = make_account_ports(setting.database, {}, setting.clock)
    timer = AccountTimer(accounts)
    requests = make_request_ports(setting.database, {}, setting.clock)
    server = rpc_server(
        setting.settings,
        setting.ports,
        erasing_servicer(accounts, timer),
        Readiness(),
        OperatorActs(setting.database),
        Checking(setting.settings, setting.database, {}, setting.clock),
        more=request_registrations(requests, RequestTimer(requests), timer),
    )
    async with contextlib.AsyncExitStack() as stack:
        await server.start()
        stack.push_async_callback(server.stop)
        opened = {}
        for caller in ("gateway", "console", "console-support"):
            channel = Channel("retention", f"127.0.0.1:{server.port}", Certificates(certificates, caller))
            stack.push_async_callback(channel.stop)
            opened[caller] = channel.grpc
        yield opened


async def strangers(channels: Channels) -> pb.SendStrangersRequestResponse:
    asking = pb.SendStrangersRequestRequest(kind=request_pb.REQUEST_KIND_ACCESS, text=TEXT, reply_to=ADDRESS)
    return await pb_grpc.PrivacyRequestServiceStub(channels["gateway"]).SendStrangersRequest(asking)


async def test_a_request_goes_its_whole_way(setting: Setting, channels: Channels) -> None:
    """Sent by the gateway, read by support, extended and answered by an admin, and followed to its answer."""
    sent = await strangers(channels)
    assert sent.request.due_on == "2030-02-01"
    support = admin_grpc.RequestAdministrationServiceStub(channels["console-support"])
    (listed,) = (await support.ListPrivacyRequests(admin_pb.ListPrivacyRequestsRequest())).requests
    assert (listed.request, listed.reply_to, listed.user_id, listed.late) == (sent.request, ADDRESS, "", False)
    answering = admin_pb.AnswerPrivacyRequestRequest(number=sent.request.number, answer=ANSWER)
    with pytest.raises(grpc.aio.AioRpcError) as lesser:
        await support.AnswerPrivacyRequest(answering)
    assert from_error(lesser.value).reason == "ROLE_NOT_ALLOWED"
    admin = admin_grpc.RequestAdministrationServiceStub(channels["console"])
    extending = admin_pb.ExtendPrivacyRequestRequest(number=sent.request.number, reason="There are many.")
    extended = (await admin.ExtendPrivacyRequest(extending)).request
    assert (extended.request.due_on, extended.untold) == ("2030-04-01", True)
    setting.clock.advance(days=120)
    asking = admin_pb.GetPrivacyRequestRequest(number=sent.request.number)
    assert (await support.GetPrivacyRequest(asking)).request.late
    assert not (await admin.AnswerPrivacyRequest(answering)).request.late
    following = pb.FollowRequestRequest(number=sent.request.number, token=sent.token)
    followed = (await pb_grpc.PrivacyRequestServiceStub(channels["gateway"]).FollowRequest(following)).request
    assert (followed.state, followed.answer) == (request_pb.REQUEST_STATE_ANSWERED, ANSWER)
    assert followed.extension == "There are many."


async def test_an_operator_goes_through_all_pages(channels: Channels) -> None:
    """By each answer's token to the next, with one on each: those that wait, and those that ended by themselves."""
    support = admin_grpc.RequestAdministrationServiceStub(channels["console-support"])
    admin = admin_grpc.RequestAdministrationServiceStub(channels["console"])
    numbers = [(await strangers(channels)).request.number for _ in range(4)]
    for number in numbers[:2]:
        await admin.AnswerPrivacyRequest(admin_pb.AnswerPrivacyRequestRequest(number=number, answer=ANSWER))

    async def pages(*, ended: bool) -> list[list[str]]:
        asking, read = admin_pb.ListPrivacyRequestsRequest(ended=ended, page_size=1), []
        while True:
            page = await support.ListPrivacyRequests(asking)
            read.append([each.request.number for each in page.requests])
            if not page.next_page_token:
                return read
            asking.page_token = page.next_page_token

    waiting, over = await pages(ended=False), await pages(ended=True)
    assert sorted(waiting) == sorted([number] for number in numbers[2:])
    assert sorted(over) == sorted([number] for number in numbers[:2])


async def test_each_refusal_has_its_word(channels: Channels) -> None:
    """What is hostile or comes too late is refused with the word that the page and the command line know."""
    gateway = pb_grpc.PrivacyRequestServiceStub(channels["gateway"])
    admin = admin_grpc.RequestAdministrationServiceStub(channels["console"])
    sent = await strangers(channels)
    closing = admin_pb.ClosePrivacyRequestRequest(number=sent.request.number, ending=request_pb.REQUEST_ENDING_ERASED)
    calls: dict[str, Awaitable[object]] = {
        "IDENTIFIER_MISSING": gateway.SendRequest(
            pb.SendRequestRequest(kind=request_pb.REQUEST_KIND_ACCESS, text=TEXT)
        ),
        "REQUEST_KIND_UNKNOWN": gateway.SendRequest(pb.SendRequestRequest(user_id=PERSON, kind=99, text=TEXT)),  # type: ignore[arg-type]  # a newer gateway's
        "REQUEST_TEXT_INVALID": gateway.SendRequest(
            pb.SendRequestRequest(user_id=PERSON, kind=request_pb.REQUEST_KIND_ACCESS, text="\x1b[2J")
        ),
        "REPLY_ADDRESS_INVALID": gateway.SendStrangersRequest(
            pb.SendStrangersRequestRequest(
                kind=request_pb.REQUEST_KIND_ACCESS, text=TEXT, reply_to="a@example.org\nBcc: b@example.org"
            )
        ),
        "REQUEST_NOT_FOUND": gateway.FollowRequest(pb.FollowRequestRequest(number=sent.request.number, token="x" * 43)),
        "ENDING_UNKNOWN": admin.ClosePrivacyRequest(closing),
        "PAGE_TOKEN_INVALID": admin.ListPrivacyRequests(admin_pb.ListPrivacyRequestsRequest(page_token="x")),
        "IDENTIFIER_UNKNOWN": admin.ReportChild(admin_pb.ReportChildRequest(user_id="usr_x")),
    }
    for reason, call in calls.items():
        with pytest.raises(grpc.aio.AioRpcError) as refused:
            await call
        assert from_error(refused.value).reason == reason


async def test_acts_keep_which_request_and_not_a_word_of_it(setting: Setting, channels: Channels) -> None:
    """What an operator did is noted with the number, the ending and whose account it was; no text or address."""
    sent = await strangers(channels)
    admin = admin_grpc.RequestAdministrationServiceStub(channels["console"])
    await admin.ListPrivacyRequests(admin_pb.ListPrivacyRequestsRequest())
    await admin.ReportChild(admin_pb.ReportChildRequest(user_id=PERSON, number=sent.request.number))
    await admin.AnswerPrivacyRequest(admin_pb.AnswerPrivacyRequestRequest(number=sent.request.number, answer=ANSWER))
    rows = await setting.database.pool.fetch("SELECT method, details FROM operator_acts ORDER BY act_id")
    acts = {row["method"].rpartition("/")[2]: json.loads(row["details"]) for row in rows}
    assert acts["ReportChild"] == {"user_id": PERSON, "number": sent.request.number}
    assert acts["AnswerPrivacyRequest"] == {"number": sent.request.number}
    outcomes = await setting.database.pool.fetch("SELECT details FROM operator_act_outcomes")
    everything = repr([*rows, *outcomes])
    assert not [word for word in (ADDRESS, TEXT, ANSWER) if word in everything]


async def look(setting: Setting, check: str) -> State:
    """What retention's own figures say, the others being well."""
    figures = dict(await Examination(setting.database, setting.clock, "eu-central").examine(check))
    assert figures.keys() == set(CHECKS[check].figures_of(ITSELF))
    well = dict.fromkeys(CHECKS[check].figures, 0)
    return judged(check, CHECKS[check], well | figures, setting.clock.now()).state


SENT = (
    "INSERT INTO privacy_requests (number, kind, text, received_at, due_on)"
    " VALUES ('PR-0000000001', 'access', 'Hello?', $1, $2)"
)
ENDED = "UPDATE privacy_requests SET state = 'answered', answer = 'Yes.', ended_at = $1"


async def test_a_request_past_its_legal_day_breaks_the_promise(setting: Setting) -> None:
    """On its last day it is in time, the day after it is broken; an answer mends it, a late one after a day."""
    write, now = setting.database.pool.execute, setting.clock.now()
    assert await look(setting, "requests_are_recorded") is State.KEPT
    await write(SENT, now - 31 * DAY, now.date())
    assert await look(setting, "requests_are_recorded") is State.KEPT
    setting.clock.advance(days=1)
    assert await look(setting, "requests_are_recorded") is State.BROKEN
    await write(ENDED, now)
    assert await look(setting, "requests_are_recorded") is State.KEPT
    await write(ENDED, now + DAY)
    assert await look(setting, "requests_are_recorded") is State.BROKEN
    setting.clock.advance(days=1)
    assert await look(setting, "requests_are_recorded") is State.KEPT


async def test_an_answer_that_nobody_is_told_of_breaks_the_promise(setting: Setting) -> None:
    """A mail that auth has not taken within a day is as good as no answer."""
    write, now = setting.database.pool.execute, setting.clock.now()
    await write(SENT, now - 2 * DAY, (now + 20 * DAY).date())
    await write(f"{ENDED}, untold = 'answered', tell_at = $1", now)
    assert await look(setting, "requests_are_recorded") is State.KEPT
    setting.clock.advance(days=1, seconds=1)
    assert await look(setting, "requests_are_recorded") is State.BROKEN


async def test_a_reported_child_who_stays_breaks_the_promise(setting: Setting) -> None:
    """An hour after the report the account is gone, or the promise is broken; another's erasure says nothing of it."""
    write, now = setting.database.pool.execute, setting.clock.now()
    noted = "INSERT INTO account_erasures (user_id, requested_at, due_at, reason) VALUES ($1, $2, $2, $3)"
    await write(noted, "usr_1", now, "child")
    await write(noted, "usr_2", now - DAY, "")
    assert await look(setting, "children_are_refused") is State.KEPT
    setting.clock.advance(hours=1, seconds=1)
    assert await look(setting, "children_are_refused") is State.BROKEN
    await write("UPDATE account_erasures SET finished_at = $1 WHERE user_id = 'usr_1'", now)
    assert await look(setting, "children_are_refused") is State.KEPT
