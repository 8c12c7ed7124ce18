"""`stripsession requests`: what people ask about their privacy, for whoever answers them; and reports of children."""

from __future__ import annotations

import argparse
import datetime
import re
from collections.abc import Awaitable, Callable, Sequence
from typing import TYPE_CHECKING

import grpc
from rich.console import Console

from chassis.rpc.errors import from_error, is_transient
from cli import exits, operators
from cli.exits import CommandFault
from cli.privacy_requests import told_text
from cli.signin import console_channel, is_known
from cli.terminal import as_called, with_data
from stripsession.retention.v1 import privacy_request_pb2 as request_pb
from stripsession.retention.v1 import request_administration_service_pb2 as pb
from stripsession.retention.v1 import request_administration_service_pb2_grpc as pb_grpc

if TYPE_CHECKING:
    from stripsession.retention.v1.request_administration_service_pb2_grpc import RequestAdministrationServiceAsyncStub

HELP = "list, answer, extend and close requests about privacy, and report a child's account"
DESCRIPTION = (
    "Requests about privacy, soonest due first. Each must be answered by its day: within a month, to which two may be "
    "added, once, within the first month, and with a reason that its sender is told. A refusal is an answer, too, with "
    "its reasons. What you do is noted for `stripsession audit`; what you write is not."
)
CHILD_HELP = "have a child's account erased, with the reason kept"
CHILD_DESCRIPTION = (
    "Have the account of a child under 13 erased by every service, for good, and keep why. Without --now nothing is "
    "done but to say what would be. `stripsession erase --email ADDRESS` says whose an address is; `stripsession erase "
    "usr_...` how far it is."
)
PAGE_SIZE = 100
_IDENTIFIER = re.compile(r"usr_[0-9a-f]{32}")
_ENDINGS = {
    "withdrawn": request_pb.REQUEST_ENDING_WITHDRAWN,
    "duplicate": request_pb.REQUEST_ENDING_DUPLICATE,
    "no-request": request_pb.REQUEST_ENDING_NO_REQUEST,
}
_ENDED = {number: word for word, number in _ENDINGS.items()} | {request_pb.REQUEST_ENDING_ERASED: "account erased"}
_KINDS = {number: name.removeprefix("REQUEST_KIND_").lower() for name, number in request_pb.RequestKind.items()}
Act = Callable[["RequestAdministrationServiceAsyncStub", argparse.Namespace], Awaitable[tuple[str, ...]]]


def add_arguments(parser: argparse.ArgumentParser, shared: argparse.ArgumentParser) -> None:
    """The verbs below `requests`."""
    verbs = parser.add_subparsers(required=True, metavar="VERB")

    def add(name: str, text: str, act: Act, description: str = "") -> argparse.ArgumentParser:
        verb = verbs.add_parser(name, help=text, description=description or text, parents=[shared])
        operators.add_arguments(verb)
        verb.set_defaults(verb=_verb(act))
        return verb

    def numbered(name: str, text: str, act: Act) -> argparse.ArgumentParser:
        verb = add(name, text, act)
        verb.add_argument("number", help="the request's, e.g. PR-7K2M9QX4TD")
        return verb

    add("list", "list requests that wait, soonest due first", _listed).add_argument(
        "--ended", action="store_true", help="those that ended instead, last ended first"
    )
    numbered("show", "show one with all that was written", _shown)
    for name, text, act in (
        ("answer", "answer one, for good; its sender is told", _answered),
        ("extend", "give one two months more; its sender is told why", _extended),
    ):
        numbered(name, text, act).add_argument(
            "text", nargs="?", default="-", help="what its sender reads (default, or -: from standard input)"
        )
    numbered("close", "end one without an answer", _closed).add_argument("why", choices=tuple(_ENDINGS))
    child = add("child", CHILD_HELP, _reported, CHILD_DESCRIPTION)
    child.add_argument("user_id", help="whose: usr_ and 32 digits and letters from a to f")
    child.add_argument("--request", dest="number", default="", metavar="NUMBER", help="by which request it was told of")
    child.add_argument("--now", action="store_true", help="do it; without this, only say what would be done")


def _verb(act: Act) -> Callable[[argparse.Namespace, Console], Awaitable[int]]:
    async def run(arguments: argparse.Namespace, console: Console) -> int:
        channel = console_channel(arguments.data, "retention")
        try:
            lines = await act(pb_grpc.RequestAdministrationServiceStub(channel.grpc), arguments)
        except grpc.RpcError as error:
            refusal = from_error(error)
            text = refusal.message or refusal.reason
            done = "it is not known whether anything was done" if is_transient(error) else "nothing was done"
            raise CommandFault(f"{done}: {text}") from error
        finally:
            await channel.stop()
        for line in lines:
            console.print(as_called(line), markup=False, highlight=False, soft_wrap=True)
        return exits.DONE

    return run


async def _listed(stub: RequestAdministrationServiceAsyncStub, arguments: argparse.Namespace) -> tuple[str, ...]:
    asking, lines = pb.ListPrivacyRequestsRequest(ended=arguments.ended, page_size=PAGE_SIZE), list[str]()
    while True:
        page = await stub.ListPrivacyRequests(asking)
        lines += [line_of(each) for each in page.requests]
        if not page.next_page_token:
            break
        asking.page_token = page.next_page_token
    return tuple(lines) or ("No request has ended." if arguments.ended else "No request waits for an answer.",)


async def _shown(stub: RequestAdministrationServiceAsyncStub, arguments: argparse.Namespace) -> tuple[str, ...]:
    answer = await stub.GetPrivacyRequest(pb.GetPrivacyRequestRequest(number=arguments.number))
    return lines_of(answer.request)


async def _answered(stub: RequestAdministrationServiceAsyncStub, arguments: argparse.Namespace) -> tuple[str, ...]:
    text = told_text(arguments.text)
    answer = await stub.AnswerPrivacyRequest(pb.AnswerPrivacyRequestRequest(number=arguments.number, answer=text))
    return line_of(answer.request), "Its sender is written to, and reads it where they sent it."


async def _extended(stub: RequestAdministrationServiceAsyncStub, arguments: argparse.Namespace) -> tuple[str, ...]:
    text = told_text(arguments.text)
    answer = await stub.ExtendPrivacyRequest(pb.ExtendPrivacyRequestRequest(number=arguments.number, reason=text))
    return line_of(answer.request), "Its sender is written to, with the reason."


async def _closed(stub: RequestAdministrationServiceAsyncStub, arguments: argparse.Namespace) -> tuple[str, ...]:
    asking = pb.ClosePrivacyRequestRequest(number=arguments.number, ending=_ENDINGS[arguments.why])
    return (line_of((await stub.ClosePrivacyRequest(asking)).request),)


async def _reported(stub: RequestAdministrationServiceAsyncStub, arguments: argparse.Namespace) -> tuple[str, ...]:
    user_id, more = arguments.user_id, with_data(arguments.data)
    if not _IDENTIFIER.fullmatch(user_id):
        text = f"{user_id} is no identifier, which is usr_ and 32 digits and letters from a to f"
        raise CommandFault(f"{text}; `stripsession erase --email ADDRESS` says whose an address is", exits.USAGE)
    if not await is_known(arguments.data, user_id):
        # A slip would be noted for ever as a child's erasure.
        raise CommandFault(f"nobody here is {user_id}, or not any more: `stripsession erase {user_id}{more}` says more")
    if not arguments.now:
        beside = f" --request {arguments.number}" if arguments.number else ""
        return (
            f"Nothing was done. {user_id} would be erased by every service as a child's account, for good.",
            f"To do it: `stripsession requests child {user_id}{beside}{more} --now`",
        )
    answer = await stub.ReportChild(pb.ReportChildRequest(user_id=user_id, number=arguments.number))
    if answer.HasField("finished_at") and not answer.begun:
        back = f"`stripsession erase {user_id}{more} --now --again` erases what a backup brought back since"
        raise CommandFault(f"{user_id} was erased before, and it is kept that the account was a child's; {back}")
    begun = "begins now" if answer.begun else "was begun before"
    return (
        f"The erasure of {user_id} {begun}, and it is kept that the account was a child's.",
        f"To see how far it is: `stripsession erase {user_id}{more}`",
    )


def line_of(each: pb.RequestToAnswer) -> str:
    """A request in one line."""
    request = each.request
    whose = each.user_id or each.reply_to or "nobody any more"
    return f"{request.number}  {_standing(each)}  {_KINDS.get(request.kind, 'other')}  from {whose}"


def lines_of(each: pb.RequestToAnswer) -> tuple[str, ...]:
    """All of one. Nobody has shown that a stranger's address is theirs, which is said beside it."""
    request = each.request
    return (
        line_of(each),
        f"sent {_moment(request.received_at.ToDatetime(datetime.UTC))}, to be answered by {request.due_on}",
        *(("the address is what was typed: give it nothing that is of an account",) if each.reply_to else ()),
        *(("its sender is still to be written to",) if each.untold else ()),
        *(("", *_quoted(request.text)) if request.text else ()),
        *(("", f"extended, because: {request.extension}") if request.extension else ()),
        *(("", f"answered: {request.answer}") if request.answer else ()),
    )


def _quoted(text: str) -> Sequence[str]:
    """Of a stranger, no line of whom must look like one of ours."""
    return [f"> {line}" for line in text.split("\n")]


def _standing(each: pb.RequestToAnswer) -> str:
    request = each.request
    if request.state == request_pb.REQUEST_STATE_OPEN:
        more = " (extended)" if request.HasField("extended_at") else ""
        return f"LATE since {request.due_on}{more}" if each.late else f"by {request.due_on}{more}"
    ended = request.ended_at.ToDatetime(datetime.UTC).date()
    if request.state == request_pb.REQUEST_STATE_ANSWERED:
        return f"answered {ended}"
    return f"closed {ended}: {_ENDED.get(request.ending, 'other')}"


def _moment(at: datetime.datetime) -> str:
    return f"{at:%Y-%m-%d %H:%M} UTC"
