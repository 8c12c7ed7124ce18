"""`stripsession login`, `logout` and `whoami`: a session at a server, approved on its page and kept for later."""

from __future__ import annotations

import argparse
import asyncio
import contextlib
import platform
from collections.abc import AsyncIterator, Awaitable, Callable
from pathlib import Path

from rich.console import Console

from cli import exits
from cli.addresses import is_web_address
from cli.exits import CommandFault
from cli.gateway import Gateway, Json, Refused
from cli.sessions import SessionFile
from cli.signin import create_link, local_address

LOGIN_HELP = (
    "Sign in at a server by a code: open the link, or type the code on its page, and approve. The session is kept in a "
    "file that this user alone can read, for `stripsession separate --server`, until `stripsession logout`."
)
_GONE = "DEVICE_CODE_NOT_FOUND"
_PENDING = "DEVICE_PENDING"


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """The argument of all three."""
    parser.add_argument("--server", help="web address of StripSession (default: the one running on this machine)")


def server_of(arguments: argparse.Namespace) -> str:
    """Web address of the server that is meant, else this machine's. Raises CommandFault."""
    address = str(arguments.server or local_address(arguments.data)).rstrip("/")
    if not is_web_address(address):
        raise CommandFault(f"{address} is no web address, such as https://stems.example.org", exits.USAGE)
    return address


@contextlib.asynccontextmanager
async def signed_in(arguments: argparse.Namespace) -> AsyncIterator[Gateway]:
    """A client as whoever `login` keeps a session of at the server that is meant.

    Without one it is this machine's own account where no server is named, for this command alone; else nobody. Raises
    CommandFault and Refused.
    """
    address = server_of(arguments)
    gateway = Gateway(address)
    try:
        if not gateway.keep_session(SessionFile(address)):
            if arguments.server:
                raise _nobody_at(address)
            await sign_in_locally(gateway, arguments.data)
        yield gateway
    finally:
        await gateway.close()


async def sign_in_locally(gateway: Gateway, data: Path) -> None:
    """Sign in to the stack over this data folder, and again whenever the session ends. Raises CommandFault, Refused."""

    async def enter() -> None:
        link = await create_link(data)
        await gateway.redeem_link(link.code)

    await enter()
    gateway.when_session_ends(enter)


async def login(arguments: argparse.Namespace, console: Console) -> int:
    """Open a session. Raises CommandFault and Refused."""
    address = server_of(arguments)
    gateway = Gateway(address)
    try:
        account = await approved(gateway, SessionFile(address), console)
    finally:
        await gateway.close()
    _say(console, f"Signed in at {address} as {account['email']}.")
    # A server from before says nothing of it, and asks nobody.
    if account.get("age_confirmed") is False:
        _say(
            console,
            f"No songs are taken yet: an account is for people of 13 or older. Open {address}, which asks once.",
        )
    return exits.DONE


async def approved(
    gateway: Gateway,
    kept: SessionFile,
    console: Console,
    sleep: Callable[[float], Awaitable[None]] = asyncio.sleep,
) -> Json:
    """Ask until somebody has approved; their account. Raises CommandFault and Refused."""
    codes = await gateway.start_device(f"stripsession on {platform.node() or 'a terminal'}"[:100])
    _say(console, f"Open {gateway.address}{codes['path']}", f"and approve the code {codes['user_code']}")
    while True:
        await sleep(float(codes["interval_s"]))
        try:
            session = await gateway.redeem_device(str(codes["device_code"]))
        except Refused as refusal:
            if refusal.reason == _PENDING:
                continue
            if refusal.reason == _GONE:
                raise CommandFault("nobody approved in time; run the same command again for a new code") from refusal
            raise
        kept.write(gateway.tokens())
        account: Json = session["account"]
        return account


async def logout(arguments: argparse.Namespace, console: Console) -> int:
    """End the kept session. Raises CommandFault."""
    address = server_of(arguments)
    kept = SessionFile(address)
    gateway = Gateway(address)
    try:
        if not gateway.keep_session(kept):
            _say(console, f"There is no session at {address}.")
            return exits.DONE
        is_told = await gateway.sign_out()
    finally:
        await gateway.close()
    kept.forget()
    if is_told:
        _say(console, f"Signed out at {address}.")
    else:
        _say(console, f"The session at {address} is kept here no longer, but the server could not be told.")
        _say(console, "End it on the page of your account, under the sessions.")
    return exits.DONE


async def whoami(arguments: argparse.Namespace, console: Console) -> int:
    """Whose the kept session is. Raises CommandFault and Refused."""
    address = server_of(arguments)
    gateway = Gateway(address)
    try:
        if not gateway.keep_session(SessionFile(address)):
            raise _nobody_at(address)
        account = await gateway.json("GET", "/v1/me")
    finally:
        await gateway.close()
    _say(console, str(account["email"]))
    return exits.DONE


def _nobody_at(address: str) -> CommandFault:
    return CommandFault(f"nobody is signed in at {address}; `stripsession login --server {address}` does that")


def _say(console: Console, *lines: str) -> None:
    for line in lines:
        console.print(line, markup=False, highlight=False, soft_wrap=True)
