"""`stripsession privacy held`: what a server holds of you, counted as you ask."""

from __future__ import annotations

import argparse
import json
from collections.abc import Iterator, Sequence
from typing import TYPE_CHECKING

from rich.console import Console

from cli import exits
from cli.gateway import Json
from cli.login import server_of, signed_in

if TYPE_CHECKING:
    from argparse import _SubParsersAction

HELP = "list what a server holds of you, how much, since when and until when"
DESCRIPTION = (
    "List what a server holds of you, and as whom it knows you, kind by kind: how much, since when, and until when it "
    "is kept. It is counted as you ask. Without --server it is asked of the stack on this machine, about its own "
    "account unless `login` keeps another's session. Ends with 1 where a service could not be asked, and names it."
)
_ANSWER_S = 15.0


def add_to(verbs: _SubParsersAction[argparse.ArgumentParser], shared: argparse.ArgumentParser) -> None:
    """The verb below `privacy`."""
    verb = verbs.add_parser("held", help=HELP, description=DESCRIPTION, parents=[shared])
    verb.add_argument("--server", help="web address of StripSession (default: the one running on this machine)")
    verb.add_argument("--json", action="store_true", help="for programs: the answer of getCensus as it is")
    verb.set_defaults(verb=run)


async def run(arguments: argparse.Namespace, console: Console) -> int:
    """List it. Raises CommandFault and Refused."""
    async with signed_in(arguments) as gateway:
        census = await gateway.json("GET", "/v1/privacy/census", answer_s=_ANSWER_S)
        # Who has a session kept may think of another account than it is of; a program has what it asked for.
        me = None if arguments.json else await gateway.json("GET", "/v1/me")
    if me is None:
        lines = [json.dumps(census, indent=2, ensure_ascii=False)]
    else:
        lines = [f"Held of {me['email'] or me['user_id']} at {server_of(arguments)}:", *lines_of(census)]
    for line in lines:
        console.print(line, markup=False, highlight=False, soft_wrap=True)
    return exits.SOME_FAILED if census["away"] else exits.DONE


def lines_of(census: Json) -> Iterator[str]:
    """Kinds under the class that they are of, then what a browser may have, then who could not be asked."""
    classes: dict[str, list[Json]] = {}
    for each in census["held"]:
        classes.setdefault(_term(each["data_class"]), []).append(each)
    for name, held in classes.items():
        yield name.capitalize()
        yield from _columns([_row(each) for each in held])
    if not census["held"]:
        yield "Nothing is held of you."
    if census["cookies"]:
        yield "Cookies, where a browser is signed in"
        yield from _columns([(each["name"], each["text"]["en"]) for each in census["cookies"]])
    for holder in census["away"]:
        yield f"{holder} could not be asked: what it holds is missing here. Ask again in a moment."


def _row(each: Json) -> tuple[str, ...]:
    title = each["title"]["en"] if each["title"] else f"{each['holder']}: {each['kind']}"
    count = f"{each['count']:,}{' or more' if each['is_at_least'] else ''}"
    size = "" if each["size_bytes"] is None else _size(each["size_bytes"])
    since = f"since {each['oldest_at'][:10]}" if each["oldest_at"] else ""
    return title, count, size, since, _term(each["kept"])


def _term(term: Json) -> str:
    return str(term["text"]["en"] if term["text"] else term["word"])


def _size(size_bytes: float) -> str:
    for unit in ("B", "kB", "MB"):
        if size_bytes < 1000:
            return f"{size_bytes:.0f} {unit}"
        size_bytes /= 1000
    return f"{size_bytes:,.1f} GB"


def _columns(rows: Sequence[tuple[str, ...]]) -> Iterator[str]:
    wide = [max(map(len, column)) for column in zip(*rows, strict=True)]
    for row in rows:
        yield ("  " + "  ".join(f"{text:<{width}}" for text, width in zip(row, wide, strict=True))).rstrip()
