"""`stripsession separate SONG...`: songs in, stems out, through the running gateway."""

from __future__ import annotations

import argparse
import os
from collections.abc import Sequence
from pathlib import Path

from rich.console import Console

from cli import exits
from cli.exits import CommandFault
from cli.gateway import Gateway
from cli.signin import create_link, local_address
from cli.songs import Outcome, Request, progress_bars, separate_all
from cli.uploads import Memory

FORMATS = ("flac", "wav", "mp3")


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """The arguments of the verb."""
    parser.add_argument("songs", nargs="+", type=Path, metavar="SONG", help="audio file to separate")
    parser.add_argument("--out", type=Path, default=Path("stems"), help="folder for the stems (default: ./stems)")
    parser.add_argument("--format", choices=FORMATS, default="flac", help="format of the stems (default: flac)")
    parser.add_argument("--stems", type=_names, default=(), help="only these, e.g. vocals,drums (default: all)")
    parser.add_argument("--model", default="", help="model to separate with (default: the server's)")
    parser.add_argument("--address", help="web address of StripSession (default: the one running on this machine)")
    parser.add_argument(
        "--email", help="account to sign in to at --address; its password is read from STRIPSESSION_PASSWORD"
    )


async def run(arguments: argparse.Namespace, console: Console) -> int:
    """Separate; the exit code. Raises CommandFault."""
    check_files(arguments.songs)
    gateway = Gateway(arguments.address or local_address(arguments.data))
    try:
        await _sign_in(gateway, arguments)
        request = Request(arguments.out, arguments.format, arguments.stems, arguments.model)
        outcomes = await separate_songs(gateway, arguments.songs, request, arguments.data, console)
    finally:
        await gateway.close()
    return exits.DONE if all(not outcome.fault for outcome in outcomes) else exits.SOME_FAILED


async def separate_songs(
    gateway: Gateway, songs: Sequence[Path], request: Request, data: Path, console: Console
) -> list[Outcome]:
    """Separate songs with bars on the console, and say what became of each."""
    memory = Memory(data / "client" / "uploads.json")
    bars = progress_bars()
    bars.live.console = console
    with bars:
        outcomes = await separate_all(gateway, songs, request, memory, bars)
    for outcome in outcomes:
        if outcome.fault:
            console.print(f"✗ {outcome.song.name}: {outcome.fault}", style="red", markup=False, highlight=False)
            continue
        console.print(f"✓ {outcome.song.name} → {outcome.folder}", style="green", markup=False, highlight=False)
        for warning in outcome.warnings:
            console.print(f"  note: {warning}", markup=False, highlight=False)
    return outcomes


def check_files(songs: Sequence[Path]) -> None:
    """Raise CommandFault for the first that is no readable file, before anything is sent."""
    for song in songs:
        if not song.exists():
            raise CommandFault(f"there is no file {song}", exits.USAGE)
        if not song.is_file() or not os.access(song, os.R_OK):
            raise CommandFault(f"{song} is not a file that can be read", exits.USAGE)


async def _sign_in(gateway: Gateway, arguments: argparse.Namespace) -> None:
    if not arguments.email:
        await sign_in_locally(gateway, arguments.data)
        return
    password = os.environ.get("STRIPSESSION_PASSWORD", "")
    if not password:
        raise CommandFault("set STRIPSESSION_PASSWORD to the account's password", exits.USAGE)

    async def enter() -> None:
        await gateway.sign_in(arguments.email, password)

    await enter()
    gateway.when_session_ends(enter)


async def sign_in_locally(gateway: Gateway, data: Path) -> None:
    """Sign in to the stack over this data folder, and again whenever the session ends. Raises CommandFault, Refused."""

    async def enter() -> None:
        link = await create_link(data)
        await gateway.redeem_link(link.code)

    await enter()
    gateway.when_session_ends(enter)


def _names(text: str) -> tuple[str, ...]:
    return tuple(name.strip() for name in text.split(",") if name.strip())
