"""`stripsession privacy policy`: which version of a server's privacy policy you accepted, and accepting one."""

from __future__ import annotations

import argparse
import json
from collections.abc import Iterator
from typing import TYPE_CHECKING

from rich.console import Console

from cli import exits
from cli.gateway import Gateway, Json
from cli.login import server_of, signed_in

if TYPE_CHECKING:
    from argparse import _SubParsersAction

HELP = "say which version of the privacy policy you accepted, and accept the one in force"
DESCRIPTION = (
    "Say which version of a server's privacy policy is in force, what is new in it, which you accepted and when, and "
    "which is coming. --accept accepts the one in force, by its number: no other is taken. Nothing waits for it. "
    "Without --server it is asked of the stack on this machine, about its own account unless `login` keeps another's "
    "session. Ends with 1 where the version in force is not accepted."
)
_PATH = "/v1/privacy/acceptance"


def add_to(verbs: _SubParsersAction[argparse.ArgumentParser], shared: argparse.ArgumentParser) -> None:
    """The verb below `privacy`."""
    verb = verbs.add_parser("policy", help=HELP, description=DESCRIPTION, parents=[shared])
    verb.add_argument("--server", help="web address of StripSession (default: the one running on this machine)")
    verb.add_argument("--accept", type=int, metavar="VERSION", help="accept this version, which must be in force")
    verb.add_argument("--json", action="store_true", help="for programs: the answer of getPolicyAcceptance as it is")
    verb.set_defaults(verb=run)


async def run(arguments: argparse.Namespace, console: Console) -> int:
    """Say it, once it is accepted where that is asked. Raises CommandFault and Refused."""
    address = server_of(arguments)
    async with signed_in(arguments) as gateway:
        if arguments.accept is None:
            standing = await gateway.json("GET", _PATH)
        else:
            standing = await gateway.json("POST", _PATH, json={"version": arguments.accept})
        if not arguments.json:
            await _note(gateway, standing)
    lines = [json.dumps(standing, indent=2, ensure_ascii=False)] if arguments.json else lines_of(standing, address)
    for line in lines:
        console.print(line, markup=False, highlight=False, soft_wrap=True)
    return exits.DONE if standing["is_accepted"] or standing["in_force"] is None else exits.SOME_FAILED


async def _note(gateway: Gateway, standing: Json) -> None:
    """Who is told here need not be told by a notice of the page; a program that asks tells nobody."""
    for name, is_due, asked in (("in_force", "is_asked", True), ("coming", "is_told", False)):
        if standing[is_due]:
            notice = {"version": standing[name]["version"], "asked": asked}
            await gateway.json("POST", "/v1/privacy/notices", json=notice)


def lines_of(standing: Json, address: str) -> Iterator[str]:
    """The version in force, what was accepted, and what is coming."""
    policy = standing["in_force"]
    if policy is None:
        yield "This server does not know yet which version is in force. Ask again in a moment."
    else:
        yield f"Version {policy['version']} is in force since {policy['in_force_from'][:10]}."
        yield from _new_in(policy, address)
        if not standing["is_accepted"]:
            yield f"You have not accepted it; --accept {policy['version']} does."
    for each in standing["accepted"]:
        how = "by signing up" if each["at_sign_up"] else "as you were asked"
        yield f"You accepted version {each['version']} on {each['accepted_at'][:10]}, {how}."
    if standing["coming"] is not None:
        yield f"Version {standing['coming']['version']} comes into force on {standing['coming']['in_force_from'][:10]}."
        yield from _new_in(standing["coming"], address)


def _new_in(policy: Json, address: str) -> Iterator[str]:
    if policy["changes"]:
        yield f"  {policy['changes']['en']}"
    yield f"  {address}/privacy?version={policy['version']}&lang=en"
