"""`stripsession privacy verify`: whether a receipt holds, offline, with keys that were published."""

from __future__ import annotations

import argparse
import asyncio
from collections.abc import AsyncIterator, Mapping, Sequence
from pathlib import Path
from typing import TYPE_CHECKING

import httpx
from rich.console import Console

from chassis.evidence.verifying import (
    Broken,
    Entry,
    PublishedKey,
    Receipt,
    counts_of,
    read_chain,
    read_keys,
    read_receipt,
    require_about,
    require_chain,
    require_entry,
    require_in_chain,
)
from cli import exits
from cli.exits import CommandFault
from cli.login import server_of

if TYPE_CHECKING:
    from argparse import _SubParsersAction

HELP = """\
Say whether a receipt of something that was deleted holds: that a published key of the server signed it, byte
for byte, that it is about whom it says, and, with --chain or --from, that it stands in the published chain and
nothing around it was taken out. With files alone nothing is asked of anybody. 0 where it holds, 1 where not,
2 or 3 where nobody can say: what you named cannot be read, or the server gives no answer.

Keys come from --keys, a copy of /v1/privacy/receipt-keys, or from the server itself by --from. A copy that you
kept is the better witness: a server that signs anew can publish other keys."""
FILE_BYTES_MAX = 16 * 1024 * 1024
_ANSWER_S = 20.0
_PAGE = 200
_WHAT = {"upload": "An upload", "track": "A track", "account": "An account with all that it had"}
_WHY = {
    "finished": "its track was done",
    "deadline": "its time had come",
    "deleted": "its owner deleted it",
    "closed": "its owner closed it",
}


def add_to(verbs: _SubParsersAction[argparse.ArgumentParser], shared: argparse.ArgumentParser) -> None:
    """The verb below `privacy`."""
    verb = verbs.add_parser(
        "verify",
        help="verify a receipt of what was deleted",
        description=HELP,
        parents=[shared],
        formatter_class=argparse.RawDescriptionHelpFormatter,
    )
    verb.add_argument("receipt", type=Path, help="the receipt, as it was saved")
    keys = verb.add_mutually_exclusive_group(required=True)
    keys.add_argument("--keys", type=Path, help="a copy of the server's /v1/privacy/receipt-keys")
    keys.add_argument(
        "--from", dest="server", metavar="URL", help="the server's web address: keys and chain from there"
    )
    verb.add_argument(
        "--chain",
        type=Path,
        action="append",
        default=[],
        help="a page of the server's /v1/privacy/receipt-chain; more of them one after the other",
    )
    verb.add_argument(
        "--whole-chain", action="store_true", help="with --from: every entry there is, not those around it"
    )
    verb.set_defaults(verb=run)


async def run(arguments: argparse.Namespace, console: Console) -> int:
    """Say what holds, or the first thing that does not. Raises CommandFault."""
    if arguments.whole_chain and not arguments.server:
        raise CommandFault("--whole-chain reads from a server: name it with --from", exits.USAGE)
    if arguments.chain and arguments.server:
        raise CommandFault("--chain is for files; --from reads the chain itself", exits.USAGE)
    try:
        receipt = read_receipt(await asyncio.to_thread(_read, arguments.receipt))
        keys, pages = await _witnesses(arguments, receipt)
        _say(console, *verified(receipt, keys, pages))
    except Broken as broken:
        _say(console, f"It does not hold: {broken}.")
        return exits.SOME_FAILED
    return exits.DONE


def verified(receipt: Receipt, keys: Mapping[str, PublishedKey], pages: Sequence[Sequence[Entry]]) -> tuple[str, ...]:
    """Sentences of what holds. Raises Broken."""
    entry = receipt.entry
    require_entry(entry, keys)
    require_about(receipt)
    holds = [_told(entry), f"It is signed by the published key {entry.key_id}, as entry {entry.sequence} of the chain."]
    if receipt.about is None:
        holds.append("It does not say whom it is about, so nobody can tell.")
    else:
        thing = f", {receipt.about.thing}" if receipt.about.thing else ""
        holds.append(f"It is about {receipt.about.person}{thing}: only who has this file can show that.")
    if pages:
        entries = require_chain(pages, keys)
        require_in_chain(receipt, entries)
        holds.append(
            f"It stands in the chain, which is unbroken from entry {entries[0].sequence} to {entries[-1].sequence}."
        )
    else:
        holds.append("Whether it stands in the published chain was not looked at: --chain or --from does that.")
    return tuple(holds)


def _told(entry: Entry) -> str:
    gone = ", ".join(f"{count} {kind} of {store}" for store, kind, count in counts_of(entry.body) if count)
    why = _WHY.get(str(entry.body["reason"]), str(entry.body["reason"]))
    key = " Its key was destroyed." if entry.body["key"] is not None else ""
    return (
        f"{_WHAT[entry.kind]} was erased at {entry.body['erased_at']}, asked for at {entry.body['asked_at']},"
        f" because {why}: {gone or 'nothing was left of it'}.{key}"
    )


async def _witnesses(
    arguments: argparse.Namespace, receipt: Receipt
) -> tuple[Mapping[str, PublishedKey], Sequence[Sequence[Entry]]]:
    if arguments.keys:
        data = [await asyncio.to_thread(_read, path) for path in (arguments.keys, *arguments.chain)]
        return read_keys(data[0]), [read_chain(page) for page in data[1:]]
    async with httpx.AsyncClient(base_url=server_of(arguments), timeout=_ANSWER_S) as http:
        keys = read_keys(await _fetched(http, "/v1/privacy/receipt-keys"))
        # The entry before it, too: what it says it follows must be there.
        start = 1 if arguments.whole_chain else max(1, receipt.entry.sequence - 1)
        pages = [page async for page in _pages(http, start, is_whole=arguments.whole_chain)]
        return keys, pages


async def _pages(http: httpx.AsyncClient, start: int, *, is_whole: bool) -> AsyncIterator[Sequence[Entry]]:
    while True:
        page = read_chain(await _fetched(http, f"/v1/privacy/receipt-chain?from={start}&limit={_PAGE}"))
        # An empty one too: a chain that ends before the receipt must not look like one that nobody asked for.
        yield page
        if not is_whole or len(page) < _PAGE:
            return
        start += len(page)


async def _fetched(http: httpx.AsyncClient, path: str) -> bytes:
    try:
        answer = await http.get(path)
    except httpx.HTTPError as error:
        text = (
            f"{http.base_url} does not answer ({type(error).__name__}); with --keys and --chain nothing is asked of it"
        )
        raise CommandFault(text, exits.NOT_RUNNING) from error
    if not answer.is_success:
        text = f"{http.base_url} refuses {path.partition('?')[0]}: {answer.status_code}"
        raise CommandFault(text, exits.NOT_RUNNING)
    return answer.content


def _read(path: Path) -> bytes:
    try:
        with path.open("rb") as file:
            data = file.read(FILE_BYTES_MAX + 1)
    except OSError as error:
        raise CommandFault(f"{path} cannot be read: {error.strerror or error}", exits.USAGE) from error
    if len(data) > FILE_BYTES_MAX:
        raise CommandFault(f"{path} is too large for what it should be", exits.USAGE)
    return data


def _say(console: Console, *lines: str) -> None:
    for line in lines:
        console.print(line, markup=False, highlight=False, soft_wrap=True)
