"""`stripsession requests`: what an operator reads of requests, does about them, and must say twice."""

from __future__ import annotations

import datetime
import io
from collections.abc import Callable
from typing import Any

import grpc
import pytest
from rich.console import Console

from cli import exits, requests
from cli.exits import CommandFault
from cli.requests import line_of, lines_of
from cli.verbs import _parser
from stripsession.retention.v1 import privacy_request_pb2 as request_pb
from stripsession.retention.v1 import request_administration_service_pb2 as pb
from stripsession.retention.v1 import request_administration_service_pb2_grpc as pb_grpc

PERSON, NUMBER = f"usr_{'ab' * 16}", "PR-7K2M9QX4TD"
AT = datetime.datetime(2030, 5, 4, 9, 30, tzinfo=datetime.UTC)


def given(**more: Any) -> pb.RequestToAnswer:
    request = request_pb.PrivacyRequest(
        number=NUMBER,
        kind=request_pb.REQUEST_KIND_OBJECT,
        text="Please stop.",
        due_on="2030-06-04",
        state=request_pb.REQUEST_STATE_OPEN,
    )
    request.received_at.FromDatetime(AT)
    return pb.RequestToAnswer(request=request, **more)


class Administration:
    """Retention's administration, in the place of a stub."""

    def __init__(self) -> None:
        self.asked: list[Any] = []
        self.report = pb.ReportChildResponse(begun=True)
        self.pages = [[given(user_id=PERSON)], [given(reply_to="somebody@example.org")]]
        self.ended: list[list[pb.RequestToAnswer]] = [[]]
        """Pages of those that ended."""

    def __call__(self, _: object) -> Administration:
        return self

    async def ListPrivacyRequests(self, asking: pb.ListPrivacyRequestsRequest) -> pb.ListPrivacyRequestsResponse:
        pages, page = self.ended if asking.ended else self.pages, int(asking.page_token or 0)
        more = str(page + 1) if page + 1 < len(pages) else ""
        return pb.ListPrivacyRequestsResponse(requests=pages[page], next_page_token=more)

    async def GetPrivacyRequest(self, asking: Any) -> pb.GetPrivacyRequestResponse:
        return pb.GetPrivacyRequestResponse(request=given(reply_to="somebody@example.org", untold=True))

    async def AnswerPrivacyRequest(self, asking: Any) -> pb.AnswerPrivacyRequestResponse:
        self.asked.append((asking.number, asking.answer))
        return pb.AnswerPrivacyRequestResponse(request=given(user_id=PERSON))

    async def ExtendPrivacyRequest(self, asking: Any) -> pb.ExtendPrivacyRequestResponse:
        self.asked.append((asking.number, asking.reason))
        return pb.ExtendPrivacyRequestResponse(request=given(user_id=PERSON))

    async def ClosePrivacyRequest(self, asking: Any) -> pb.ClosePrivacyRequestResponse:
        self.asked.append((asking.number, asking.ending))
        return pb.ClosePrivacyRequestResponse(request=given(user_id=PERSON))

    async def ReportChild(self, asking: Any) -> pb.ReportChildResponse:
        self.asked.append((asking.user_id, asking.number))
        return self.report


class Wire:
    grpc = None

    async def stop(self) -> None:
        """Nothing is open."""


@pytest.fixture
def retention(monkeypatch: pytest.MonkeyPatch) -> Administration:
    found = Administration()
    monkeypatch.setattr(pb_grpc, "RequestAdministrationServiceStub", found)
    monkeypatch.setattr(requests, "console_channel", lambda data, service: Wire())

    async def is_known(data: object, user_id: str) -> bool:
        return user_id == PERSON

    monkeypatch.setattr(requests, "is_known", is_known)
    return found


async def ran(*words: str) -> str:
    arguments, shown = _parser().parse_args(["requests", *words]), io.StringIO()
    assert await arguments.verb(arguments, Console(file=shown, width=200)) == exits.DONE
    return shown.getvalue()


async def test_all_pages_are_listed_each_with_its_day(retention: Administration) -> None:
    """Whoever lists sees every request, whose it is and by when it must be answered; and what is late stands out."""
    retention.pages[1][0].late = True
    assert (await ran("list")).splitlines() == [
        f"{NUMBER}  by 2030-06-04  object  from {PERSON}",
        f"{NUMBER}  LATE since 2030-06-04  object  from somebody@example.org",
    ]
    retention.pages = [[]]
    assert await ran("list") == "No request waits for an answer.\n"
    assert await ran("list", "--ended") == "No request has ended.\n"


async def test_those_that_ended_are_listed_by_themselves(retention: Administration) -> None:
    """On every page of them each says how it ended and when, and none of those that wait is among them."""
    answered, closed = given(), given()
    answered.request.state, closed.request.state = request_pb.REQUEST_STATE_ANSWERED, request_pb.REQUEST_STATE_CLOSED
    closed.request.ending = request_pb.REQUEST_ENDING_DUPLICATE
    for each in (answered, closed):
        each.request.ended_at.FromDatetime(AT)
    retention.ended = [[answered], [closed]]
    first, second = (await ran("list", "--ended")).splitlines()
    assert first.startswith(f"{NUMBER}  answered 2030-05-04  object")
    assert second.startswith(f"{NUMBER}  closed 2030-05-04: ")


async def test_one_is_shown_with_a_warning_about_its_address(retention: Administration) -> None:
    """An address that a stranger typed is nobody's proof, and stands with that warning."""
    told = await ran("show", NUMBER)
    assert "give it nothing that is of an account" in told
    assert "Please stop." in told
    assert "still to be written to" in told


@pytest.mark.parametrize(
    ("words", "asked"),
    [
        (("answer", NUMBER, "We stopped."), (NUMBER, "We stopped.")),
        (("extend", NUMBER, "Many."), (NUMBER, "Many.")),
        (("close", NUMBER, "no-request"), (NUMBER, request_pb.REQUEST_ENDING_NO_REQUEST)),
    ],
)
async def test_what_an_operator_does_is_asked_as_it_was_said(
    retention: Administration, words: tuple[str, ...], asked: tuple[object, ...]
) -> None:
    """Each verb asks for one thing, with the operator's own words."""
    assert NUMBER in await ran(*words)
    assert retention.asked == [asked]


async def test_a_child_is_reported_by_saying_it_twice(retention: Administration) -> None:
    """Without --now nothing is done; with it the one who is named goes, and nobody whom a slip names."""
    told = await ran("child", PERSON, "--request", NUMBER)
    assert retention.asked == []
    assert f"--request {NUMBER}" in told
    assert "--now" in told
    assert "begins now" in await ran("child", PERSON, "--request", NUMBER, "--now")
    assert retention.asked == [(PERSON, NUMBER)]
    for slip in ("ada@example.org", f"usr_{'0' * 32}"):
        with pytest.raises(CommandFault):
            await ran("child", slip, "--now")
    assert len(retention.asked) == 1


async def test_a_child_whom_a_backup_brought_back_is_told_to_be_there(retention: Administration) -> None:
    """An erasure that is over erases nobody again by the report alone: the command fails, and says what does."""
    retention.report = pb.ReportChildResponse(begun=False)
    retention.report.finished_at.FromDatetime(AT)
    with pytest.raises(CommandFault, match=f"stripsession erase {PERSON} --now --again"):
        await ran("child", PERSON, "--now")


async def test_a_refusal_says_that_nothing_was_done(retention: Administration, monkeypatch: pytest.MonkeyPatch) -> None:
    """In the service's words; where the answer was lost, nobody is told that it was refused."""

    def raising(code: grpc.StatusCode) -> Callable[..., Any]:
        async def call(_: object) -> Any:
            raise grpc.aio.AioRpcError(code, grpc.aio.Metadata(), grpc.aio.Metadata(), "It was answered already.")

        return call

    monkeypatch.setattr(retention, "AnswerPrivacyRequest", raising(grpc.StatusCode.FAILED_PRECONDITION))
    with pytest.raises(CommandFault, match="nothing was done"):
        await ran("answer", NUMBER, "Yes.")
    monkeypatch.setattr(retention, "AnswerPrivacyRequest", raising(grpc.StatusCode.UNAVAILABLE))
    with pytest.raises(CommandFault, match="it is not known whether"):
        await ran("answer", NUMBER, "Yes.")


def test_what_a_stranger_wrote_is_told_from_what_is_ours() -> None:
    """Each line of theirs is marked, so that none of them passes for a line of the command."""
    each = given(reply_to="somebody@example.org")
    each.request.text = "Hello.\nanswered: Yes."
    assert lines_of(each)[-3:] == ("", "> Hello.", "> answered: Yes.")


def test_what_is_over_says_how() -> None:
    """Answered and closed are told apart, with the day; one that is of nobody any more says so."""
    each = given()
    each.request.state = request_pb.REQUEST_STATE_CLOSED
    each.request.ending = request_pb.REQUEST_ENDING_ERASED
    each.request.ended_at.FromDatetime(AT)
    assert line_of(each) == f"{NUMBER}  closed 2030-05-04: account erased  object  from nobody any more"
    each.request.state, each.request.answer = request_pb.REQUEST_STATE_ANSWERED, "We stopped."
    assert "answered 2030-05-04" in line_of(each)
    assert "answered: We stopped." in lines_of(each)
