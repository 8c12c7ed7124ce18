"""Requests about privacy over every service by its own wiring: to the mail of the answer, and to a child's erasure."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable
from email.message import EmailMessage
from typing import Any

import asyncpg
import pytest

from chassis import metrics
from cli.mail import LAST_MAX, newest
from stripsession.retention.v1 import census_service_pb2 as census
from stripsession.retention.v1 import privacy_request_pb2 as request_pb
from stripsession.retention.v1 import privacy_request_service_pb2 as pb
from stripsession.retention.v1 import request_administration_service_pb2 as admin_pb
from tests.integration.walks.belongings import State
from tests.integration.walks.house import House
from tests.integration.walks.people import Walk
from tests.integration.walks.test_erasure_road import _outlive

pytestmark = [pytest.mark.asyncio(loop_scope="module"), pytest.mark.timeout(300)]

REQUESTS, ADMINISTRATION = "retention.v1.PrivacyRequestService", "retention.v1.RequestAdministrationService"
ANSWER = "We hold your songs, as your account shows."


async def _rows(house: House, service: str, query: str, *values: object) -> list[Any]:
    connection = await asyncpg.connect(house.urls[service], server_settings={"search_path": service})
    try:
        return list(await connection.fetch(query, *values))
    finally:
        await connection.close()


async def _seen(look: Callable[[], Awaitable[Any]]) -> Any:
    """What a look finds, once it finds anything: retention goes by the clock, and nobody else is told."""
    async with asyncio.timeout(60):
        while True:
            if found := await look():
                return found
            await asyncio.sleep(0.2)  # sleep: a service works by itself, and says so nowhere else


async def _mailed(house: House, number: str) -> EmailMessage:
    """The mail about a request, once auth has sent it."""
    folder = house.signing_key_file.parent / "mail"

    async def look() -> list[EmailMessage]:
        found = await asyncio.to_thread(newest, folder, LAST_MAX) if folder.exists() else []
        return [mail for mail in found if number in str(mail["Subject"])]

    (mail,) = await _seen(look)
    assert isinstance(mail, EmailMessage)
    return mail


async def test_whoever_is_answered_has_a_mail_of_it(walk: Walk) -> None:
    """A person's mail leads to their account and no more; a stranger's has the answer itself, and its address goes."""
    person, sent = await walk.maker.person(), list[request_pb.PrivacyRequest]()
    kind = request_pb.REQUEST_KIND_ACCESS
    own = pb.SendRequestRequest(user_id=person.user_id, kind=kind, text="What do you hold?")
    sent.append((await walk.maker.ask(f"{REQUESTS}.SendRequest", own, "gateway")).request)
    address = "stranger@example.org"
    strangers = pb.SendStrangersRequestRequest(kind=kind, text="And of me?", reply_to=address)
    sent.append((await walk.maker.ask(f"{REQUESTS}.SendStrangersRequest", strangers, "gateway")).request)
    for request in sent:
        answering = admin_pb.AnswerPrivacyRequestRequest(number=request.number, answer=ANSWER)
        await walk.maker.ask(f"{ADMINISTRATION}.AnswerPrivacyRequest", answering, "console")
    mine, theirs = [await _mailed(walk.house, request.number) for request in sent]
    assert (mine["To"], ANSWER in mine.get_content()) == (person.email, False)
    assert (theirs["To"], ANSWER in theirs.get_content()) == (address, True)
    gone = "SELECT number FROM privacy_requests WHERE number = $1 AND reply_to = '' AND untold = ''"
    await _seen(lambda: _rows(walk.house, "retention", gone, sent[1].number))
    asking = census.GetCensusRequest(owner_id=person.user_id)
    told = await walk.maker.ask("retention.v1.CensusService.GetCensus", asking, "gateway")
    assert ("retention", "requests", 1) in {(each.holder, each.kind, each.count) for each in told.held}


async def test_a_reported_child_is_gone_from_every_service(walk: Walk, monkeypatch: pytest.MonkeyPatch) -> None:
    """One word of an operator's erases the account; why is kept, and of what the child wrote nothing is."""
    house, maker, erased = walk.house, walk.maker, asyncio.Event()
    monkeypatch.setattr(metrics.ACCOUNTS_ERASED, "inc", erased.set)
    child = await maker.person()
    await maker.belongings(child, State.READY)
    own = pb.SendRequestRequest(user_id=child.user_id, kind=request_pb.REQUEST_KIND_QUESTION, text="Is ten old enough?")
    await maker.ask(f"{REQUESTS}.SendRequest", own, "gateway")
    reporting = admin_pb.ReportChildRequest(user_id=child.user_id)
    assert (await maker.ask(f"{ADMINISTRATION}.ReportChild", reporting, "console")).begun
    await _outlive(house, child, erased)
    asking = census.GetCensusRequest(owner_id=child.user_id)
    told = await maker.ask("retention.v1.CensusService.GetCensus", asking, "gateway")
    assert (list(told.away), {each.kept.word for each in told.held} - {"seven_years"}) == ([], set())
    (erasure,) = await _rows(
        house, "retention", "SELECT reason, finished_at FROM account_erasures WHERE user_id = $1", child.user_id
    )
    assert (erasure["reason"], erasure["finished_at"] is not None) == ("child", True)
    left = repr(await _rows(house, "retention", "SELECT r::text FROM privacy_requests AS r"))
    assert child.user_id not in left
    assert "Is ten old enough" not in left
