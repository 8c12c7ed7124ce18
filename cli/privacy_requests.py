"""`stripsession privacy requests` and `request`: what you asked about your privacy, where it stands, and one more."""

from __future__ import annotations

import argparse
import sys
import uuid
from typing import TYPE_CHECKING

from rich.console import Console

from cli import exits
from cli.exits import CommandFault
from cli.gateway import Json
from cli.login import signed_in
from cli.terminal import as_called

if TYPE_CHECKING:
    from argparse import _SubParsersAction

KINDS = ("access", "correct", "delete", "export", "object", "child", "question")
LIST_HELP = "list your requests about privacy, and what was answered"
SEND_HELP = "send a request about privacy"
SEND_DESCRIPTION = (
    "Send a request about privacy to whoever runs the server. It has a number at once, and is answered within a month; "
    "where that takes longer, you are told why within that month. What you can do yourself goes quicker: `stripsession "
    "privacy held` says what is held, `stripsession privacy export` fetches it, `stripsession account close` has it "
    "erased. Without an account it is sent at #/request in the page."
)
_PATH = "/v1/privacy/requests"
_BY_ONESELF = {
    "access": "stripsession privacy held",
    "export": "stripsession privacy export",
    "delete": "stripsession account close",
}
_ENDINGS = {
    "withdrawn": "you took it back",
    "duplicate": "you sent another of the same",
    "no_request": "it asks for nothing",
    "erased": "the account was erased",
}


def add_to(verbs: _SubParsersAction[argparse.ArgumentParser], shared: argparse.ArgumentParser) -> None:
    """The verbs below `privacy`."""
    listing = verbs.add_parser("requests", help=LIST_HELP, description=LIST_HELP, parents=[shared])
    listing.set_defaults(verb=list_own)
    sending = verbs.add_parser("request", help=SEND_HELP, description=SEND_DESCRIPTION, parents=[shared])
    sending.add_argument("kind", choices=KINDS, help="what it is about; child: an account is a child's, under 13")
    sending.add_argument("text", nargs="?", default="-", help="in your words (default, or -: from standard input)")
    sending.set_defaults(verb=send)
    for verb in (listing, sending):
        verb.add_argument(
            "--server", help="web address of StripSession, signed in to by `login` (default: this machine's)"
        )


async def list_own(arguments: argparse.Namespace, console: Console) -> int:
    """Where each stands. Raises CommandFault and Refused."""
    async with signed_in(arguments) as gateway:
        requests = (await gateway.json("GET", _PATH))["requests"]
    if not requests:
        _say(console, "You have sent no request about privacy.")
    for request in requests:
        _say(console, *lines_of(request))
    return exits.DONE


async def send(arguments: argparse.Namespace, console: Console) -> int:
    """One more. Raises CommandFault and Refused."""
    text = told_text(arguments.text)
    headers = {"Idempotency-Key": str(uuid.uuid4())}
    async with signed_in(arguments) as gateway:
        body = {"kind": arguments.kind, "text": text}
        request = await gateway.json("POST", _PATH, json=body, headers=headers)
    _say(console, f"Sent. Its number is {request['number']}; it is answered by {request['due_on']} at the latest.")
    if arguments.kind in _BY_ONESELF:
        _say(console, f"You can do that yourself, at once: `{_BY_ONESELF[arguments.kind]}`")
    return exits.DONE


def told_text(text: str) -> str:
    """What is to be sent: the argument, or what stands on standard input. Raises CommandFault for nothing."""
    words = (sys.stdin.read() if text == "-" else text).strip()
    if not words:
        raise CommandFault("nothing was written, so nothing was sent", exits.USAGE)
    return words


def lines_of(request: Json) -> tuple[str, ...]:
    """A request, for whoever sent it."""
    head = f"{request['number']}  {request['kind']}, sent {str(request['received_at'])[:10]}: {_standing(request)}"
    extension = (f"  extended: {request['extension']}",) if request["extension"] else ()
    answer = (f"  answer: {request['answer']}",) if request["answer"] else ()
    return head, *extension, *answer


def _standing(request: Json) -> str:
    if request["state"] == "open":
        return f"waits for an answer, which comes by {request['due_on']}"
    ended = str(request["ended_at"])[:10]
    if request["state"] == "answered":
        return f"answered on {ended}"
    return f"closed on {ended}, because {_ENDINGS.get(request['ending'], 'the server says no more')}"


def _say(console: Console, *lines: str) -> None:
    for line in lines:
        console.print(as_called(line), markup=False, highlight=False, soft_wrap=True)
