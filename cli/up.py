"""`stripsession up`: everything on one machine, and the songs that were named with it."""

from __future__ import annotations

import argparse
import asyncio
import contextlib
import signal
from collections.abc import Callable, Coroutine, Sequence
from pathlib import Path
from typing import TypeVar

from rich.console import Console

from cli import exits
from cli.bars import SongBars
from cli.exits import CommandFault
from cli.gateway import Gateway, Refused
from cli.login import sign_in_locally
from cli.separate import FORMAT_HELP, FORMATS, check_files, check_out, memory_of, separate_songs
from cli.signin import create_link
from cli.songs import Outcome, Request
from cli.terminal import as_called, with_data
from stack import reach
from stack.layout import program_root
from stack.reach import ReachRefused
from stack.supervisor import Stack, StackFault, Wishes, running

HELP = (
    "Start everything on this machine and keep it running until Ctrl-C. It serves this machine alone, unless "
    "--public-url names the address that a proxy answers to (docs/hosting.md)."
)
_Read = TypeVar("_Read")


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """The arguments of the verb."""
    parser.add_argument(
        "--listen",
        type=_read_by(reach.read_listen),
        default=(reach.LOOPBACK, None),
        metavar="HOST:PORT",
        help=f"where to listen (default: {reach.LOOPBACK}, this machine alone)",
    )
    parser.add_argument(
        "--port",
        type=_read_by(reach.read_port),
        help=f"the port alone (default: last time's, at first {reach.USUAL_PORT}, if free)",
    )
    parser.add_argument(
        "--public-url",
        default="",
        metavar="URL",
        help="https address at which people find it, answered by a proxy in front",
    )
    parser.add_argument(
        "--proxy",
        action="append",
        default=[],
        metavar="ADDRESS",
        help="address or network that the proxy calls from; of it alone it is believed who calls (default: this "
        "machine); can be given several times",
    )
    parser.add_argument(
        "--engine",
        choices=("auto", "triton", "in_process"),
        default="auto",
        help="auto takes Triton where it runs, else the same model inside the worker",
    )
    parser.add_argument("--log-level", choices=("debug", "info", "warning", "error"), default="info")
    parser.add_argument("--song", action="append", type=Path, default=[], metavar="SONG", help="separate this at once")
    parser.add_argument("--demo", action="store_true", help="separate the bundled song at once")
    parser.add_argument("--out", type=Path, default=Path("stems"), help="folder for the stems (default: ./stems)")
    parser.add_argument("--format", choices=FORMATS, default="flac", help=FORMAT_HELP)
    parser.add_argument("--once", action="store_true", help="stop after the songs instead of serving on")


async def run(arguments: argparse.Namespace, console: Console) -> int:
    """Run the stack until interrupted, or until the songs are done with --once; the exit code."""
    wishes = wishes_of(arguments)
    songs: list[Path] = list(arguments.song)
    if arguments.demo and not songs:
        songs = [bundled_song()]
    check_files(songs)
    if songs:
        check_out(songs, arguments.out)
    stopping = asyncio.Event()
    loop = asyncio.get_running_loop()
    for number in (signal.SIGINT, signal.SIGTERM):
        loop.add_signal_handler(number, stopping.set)

    def say(text: str) -> None:
        _print(console, f"· {text}", style="dim")

    code = exits.INTERRUPTED

    async def work() -> None:
        nonlocal code
        async with running(wishes, say) as stack:
            code = await _serve(stack, songs, arguments, console)
            if not arguments.once:
                # Until cancelled.
                await asyncio.Event().wait()

    try:
        # Starting can take minutes, too: whoever interrupts it must not have to wait for its end.
        await _until(stopping, work())
    except StackFault as fault:
        raise CommandFault(str(fault), exits.NOT_RUNNING) from fault
    return code


def wishes_of(arguments: argparse.Namespace) -> Wishes:
    """What was asked for. Raises CommandFault for a way to reach it that cannot or must not be."""
    host, port = arguments.listen
    if port is not None and arguments.port is not None:
        raise CommandFault("--listen and --port both name a port; leave one out", exits.USAGE)
    try:
        way = reach.choose(host, port or arguments.port, arguments.public_url, tuple(arguments.proxy))
    except ReachRefused as refused:
        raise CommandFault(str(refused), exits.USAGE) from refused
    return Wishes(arguments.data, way, arguments.engine, arguments.log_level)


async def _serve(stack: Stack, songs: list[Path], arguments: argparse.Namespace, console: Console) -> int:
    # First of all: while a song is separated, it can be listened to there already.
    if not arguments.once:
        link = await create_link(arguments.data)
        address = stack.plan.public_url
        _print(console, *address_lines(address, link.url(address), arguments.data))
    gateway = Gateway(stack.plan.local_url)
    code = exits.DONE
    try:
        if songs:
            if not arguments.once:
                _print(console, "")
            await sign_in_locally(gateway, arguments.data)
            request = Request(arguments.out, arguments.format)
            memory = memory_of(arguments.data, gateway, None)
            outcomes = await separate_songs(gateway, songs, request, memory, SongBars(console))
            _print(console, *outcome_lines(outcomes))
            code = exits.DONE if all(not outcome.fault for outcome in outcomes) else exits.SOME_FAILED
    except Refused as refusal:
        raise CommandFault(str(refusal)) from refusal
    finally:
        await gateway.close()
    if not arguments.once:
        _print(console, *keeping_lines(arguments.data, is_hosted=bool(arguments.public_url)))
    return code


def address_lines(address: str, link: str, data: Path) -> tuple[str, ...]:
    """Where to go, and how to get in."""
    return (
        "",
        f"StripSession is running at {address}",
        "Open this link to go there signed in. It works once, within ten minutes:",
        f"  {link}",
        f"Another link, later or for another browser: `stripsession link{with_data(data)}`",
    )


def outcome_lines(outcomes: Sequence[Outcome]) -> tuple[str, ...]:
    """Where the stems of each song are."""
    lines: list[str] = []
    for outcome in outcomes:
        if outcome.folder is None:
            lines.append(f"✗ {outcome.song.name}: {outcome.fault}")
            continue
        done = "was separated before" if outcome.is_known else "is separated"
        lines.append(f"✓ {outcome.song.name} {done}. Its stems are in {outcome.folder}/")
        lines += [f"  {text}" for text in (*outcome.told, *(f"note: {warning}" for warning in outcome.warnings))]
    return tuple(lines)


def keeping_lines(data: Path, *, is_hosted: bool) -> tuple[str, ...]:
    """How to go on, to stop and to come back."""
    again = "the same command" if is_hosted else f"`stripsession up{with_data(data)}`"
    return (
        "",
        f"Add songs in the page, or from another terminal: `stripsession separate SONG{with_data(data)}`",
        f"Stop with Ctrl-C. Start again with {again}. Your library stays in {data}/",
    )


def _print(console: Console, *lines: str, style: str = "") -> None:
    for line in lines:
        console.print(as_called(line), style=style, markup=False, highlight=False, soft_wrap=True)


async def _until(stopping: asyncio.Event, work: Coroutine[None, None, None]) -> None:
    task = asyncio.create_task(work)
    waiting = asyncio.create_task(stopping.wait())
    await asyncio.wait({task, waiting}, return_when=asyncio.FIRST_COMPLETED)
    waiting.cancel()
    if not task.done():
        task.cancel()
    with contextlib.suppress(asyncio.CancelledError):
        await task


def _read_by(reader: Callable[[str], _Read]) -> Callable[[str], _Read]:
    """The reader, with its refusals as argparse tells them."""

    def read(text: str) -> _Read:
        try:
            return reader(text)
        except ReachRefused as refused:
            raise argparse.ArgumentTypeError(str(refused)) from refused

    return read


def bundled_song() -> Path:
    """The song that comes with the program, made by the project."""
    return program_root() / "stack" / "songs" / "first_light.ogg"
