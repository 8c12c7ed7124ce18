"""`stripsession account`: close one's account, or keep it after all."""

from __future__ import annotations

import argparse
import asyncio
import datetime
import getpass
import shlex
import uuid

from rich.console import Console

from cli import exits
from cli.exits import CommandFault
from cli.gateway import Gateway, Json
from cli.login import server_of, signed_in
from cli.proving import Ask, proved
from cli.sessions import SessionFile
from cli.terminal import as_called, with_data

HELP = "close your account with all that is in it, or keep it after all"
CLOSE_HELP = (
    "Close your account: after a week, in which it can be taken back, every song, link and key in it is erased, a "
    "subscription ends with nothing paid back by itself, and payment records alone stay, for seven years. With "
    "--at-once that begins now, and nothing takes it back. Prints a link by which it can be followed without signing "
    "in. Whose account it is: that of `stripsession login` at the server, else this machine's own where no --server is "
    "given; its address is told."
)
_PATH = "/v1/account/closing"
_WORD = "erase"


def add_arguments(parser: argparse.ArgumentParser, shared: argparse.ArgumentParser) -> None:
    """The verbs below `account`."""
    verbs = parser.add_subparsers(required=True, metavar="VERB")

    def add(name: str, text: str, description: str = "") -> argparse.ArgumentParser:
        verb = verbs.add_parser(name, help=text, description=description or text, parents=[shared])
        verb.add_argument(
            "--server", help="web address of StripSession, signed in to by `login` (default: this machine's)"
        )
        return verb

    closing = add("close", "close your account, and have all of it erased", CLOSE_HELP)
    closing.add_argument("--at-once", action="store_true", help="erase now; nothing takes that back")
    closing.add_argument("--yes", action="store_true", help="do not ask once more before erasing at once")
    closing.set_defaults(verb=close)
    add("keep", "keep an account that is to be closed").set_defaults(verb=keep)


async def close(arguments: argparse.Namespace, console: Console) -> int:
    """Ask for it. Raises CommandFault and Refused."""
    async with signed_in(arguments) as gateway:
        whose = await _whose(gateway)
        if arguments.at_once and not arguments.yes:
            await asyncio.to_thread(require_word, input, whose)
        asked = await asked_for(gateway, at_once=arguments.at_once, ask=getpass.getpass)
        _say(console, *lines_of(asked, whose, gateway.address, _more(arguments)))
    if arguments.at_once:
        SessionFile(server_of(arguments)).forget()
    return exits.DONE


async def keep(arguments: argparse.Namespace, console: Console) -> int:
    """Take it back. Raises CommandFault and Refused."""
    async with signed_in(arguments) as gateway:
        whose = await _whose(gateway)
        if (await gateway.json("GET", _PATH))["closing"] is None:
            _say(console, f"Nothing to undo: the account {whose} at {gateway.address} is not to be closed.")
            return exits.DONE
        await gateway.call("DELETE", _PATH)
    _say(console, f"The account {whose} stays.")
    return exits.DONE


async def _whose(gateway: Gateway) -> str:
    """Whoever is asked before their account goes must see which one that is."""
    account = await gateway.json("GET", "/v1/me")
    # Who comes by another issuer may be without an address.
    return str(account["email"] or account["user_id"])


def _more(arguments: argparse.Namespace) -> str:
    """What a command needs behind it to be about the same account."""
    return f" --server {shlex.quote(server_of(arguments))}" if arguments.server else with_data(arguments.data)


def require_word(ask: Ask, whose: str) -> None:
    """Let pass who types the word. Raises CommandFault."""
    question = f"Everything in the account {whose} is erased now, and nothing takes that back. Type {_WORD} to go on: "
    try:
        typed = ask(question)
    except EOFError:
        typed = ""
    if typed.strip().lower() != _WORD:
        raise CommandFault(f"nothing was erased: {_WORD} was not typed, and --yes not given", exits.USAGE)


async def asked_for(gateway: Gateway, *, at_once: bool, ask: Ask) -> Json:
    """The closing and its link; who has to show first who they are is asked. Raises CommandFault and Refused."""
    headers = {"Idempotency-Key": str(uuid.uuid4())}

    async def act() -> Json:
        return await gateway.json("POST", _PATH, json={"at_once": at_once}, headers=headers)

    return await proved(gateway, act, ask, "#/account/closing")


def lines_of(asked: Json, whose: str, address: str, more: str) -> tuple[str, ...]:
    """When it goes, and how to follow it or to undo that; `more` makes a command be about the same account."""
    followed = f"To follow it, signed in or not: {address}{asked['path']}"
    if asked["at_once"]:
        return f"The account {whose} is being erased now.", followed
    due_at = datetime.datetime.fromisoformat(asked["due_at"])
    return (
        f"The account {whose} will be erased on {due_at:%Y-%m-%d} at {due_at:%H:%M} UTC.",
        followed,
        f"To undo that until then: `stripsession account keep{more}`",
    )


def _say(console: Console, *lines: str) -> None:
    for line in lines:
        console.print(as_called(line), markup=False, highlight=False, soft_wrap=True)
