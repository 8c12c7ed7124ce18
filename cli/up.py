"""`stripsession up`: everything on one machine, and the songs that were named with it."""

from __future__ import annotations

import argparse
import asyncio
import contextlib
import signal
from collections.abc import Coroutine
from pathlib import Path

from rich.console import Console

from cli import exits
from cli.bars import SongBars
from cli.exits import CommandFault
from cli.gateway import Gateway, Refused
from cli.separate import FORMAT_HELP, FORMATS, check_files, check_out, memory_of, separate_songs, sign_in_locally, tell
from cli.signin import create_link
from cli.songs import Request
from stack.layout import program_root
from stack.supervisor import Stack, StackFault, Wishes, running

_PORT_MAX = 65535


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """The arguments of the verb."""
    parser.add_argument("--host", default="127.0.0.1", help="address to listen on (default: this machine alone)")
    parser.add_argument("--port", type=_port, help="port of the web address (default: 8080 if free)")
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
    wishes = Wishes(arguments.data, arguments.host, arguments.port, arguments.engine, arguments.log_level)

    def say(text: str) -> None:
        console.print(f"· {text}", style="dim", markup=False, highlight=False, soft_wrap=True)

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


async def _serve(stack: Stack, songs: list[Path], arguments: argparse.Namespace, console: Console) -> int:
    gateway = Gateway(stack.plan.public_url)
    code = exits.DONE
    try:
        if songs:
            await sign_in_locally(gateway, arguments.data)
            request = Request(arguments.out, arguments.format)
            memory = memory_of(arguments.data, gateway, None)
            outcomes = await separate_songs(gateway, songs, request, memory, SongBars(console))
            tell(outcomes, console)
            code = exits.DONE if all(not outcome.fault for outcome in outcomes) else exits.SOME_FAILED
    except Refused as refusal:
        raise CommandFault(str(refusal)) from refusal
    finally:
        await gateway.close()
    if not arguments.once:
        link = await create_link(arguments.data)
        url = link.url(stack.plan.public_url)
        console.print(f"StripSession is at {stack.plan.public_url}", style="bold", highlight=False)
        console.print(f"Sign in with this link, once, within ten minutes: {url}", soft_wrap=True, highlight=False)
        console.print("Ctrl-C stops everything.", style="dim", highlight=False)
    return code


async def _until(stopping: asyncio.Event, work: Coroutine[None, None, None]) -> None:
    task = asyncio.create_task(work)
    waiting = asyncio.create_task(stopping.wait())
    await asyncio.wait({task, waiting}, return_when=asyncio.FIRST_COMPLETED)
    waiting.cancel()
    if not task.done():
        task.cancel()
    with contextlib.suppress(asyncio.CancelledError):
        await task


def _port(text: str) -> int:
    if not (text.isascii() and text.isdigit() and 1 <= int(text) <= _PORT_MAX):
        raise argparse.ArgumentTypeError(f"{text} is no port; ports are 1 to {_PORT_MAX}")
    return int(text)


def bundled_song() -> Path:
    """The song that comes with the program, made by the project."""
    return program_root() / "stack" / "songs" / "first_light.ogg"
