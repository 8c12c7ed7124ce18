"""`stripsession separate SONG...`: songs in, stems out, through the running gateway."""

from __future__ import annotations

import argparse
import asyncio
import dataclasses
import os
import tempfile
from collections.abc import Sequence
from pathlib import Path

from rich.console import Console

from cli import exits
from cli.addresses import is_web_address
from cli.bars import WAITING, SongBars
from cli.exits import CommandFault
from cli.gateway import Gateway
from cli.login import sign_in_locally
from cli.mixes import HELP as MIX_HELP
from cli.mixes import read_mix
from cli.sessions import SessionFile
from cli.signin import local_address
from cli.songs import WHOLE_FORMAT, Outcome, Request, folders, separate_all
from cli.terminal import as_called
from cli.uploads import Memory

FORMATS = ("flac", "wav", "mp3", "m4a", "opus", WHOLE_FORMAT)
FORMAT_HELP = f"format of the stems (default: flac); {WHOLE_FORMAT} is one file with all of them, for DJ software"
DEPTHS = ("16", "24", "32f")
PREVIEWS = ("mp3", "m4a", "opus")


API_KEY_VARIABLE = "STRIPSESSION_API_KEY"
_ADDRESS_HELP = (
    "web address of StripSession (default: the one running on this machine); signed in to with the API key in"
    f" {API_KEY_VARIABLE}, else with the session of `stripsession login`"
)


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """The arguments of the verb."""
    parser.add_argument("songs", nargs="+", type=Path, metavar="SONG", help="audio file to separate")
    parser.add_argument("--out", type=Path, default=Path("stems"), help="folder for the stems (default: ./stems)")
    parser.add_argument("--format", choices=FORMATS, default="flac", help=FORMAT_HELP)
    parser.add_argument("--stems", type=_names, default=(), help="only these, e.g. vocals,drums (default: all)")
    parser.add_argument("--mix", type=read_mix, help=MIX_HELP)
    parser.add_argument("--depth", choices=DEPTHS, default="", help="bits of a wav; 32f is float (default: the song's)")
    parser.add_argument(
        "--speed",
        type=int,
        choices=(1, 2),
        default=1,
        help=f"2 is a preview, twice as fast at the same pitch ({', '.join(PREVIEWS)})",
    )
    parser.add_argument("--model", default="", help="model to separate with (default: the server's)")
    parser.add_argument(
        "--again", action="store_true", help="separate also what was separated before, instead of only fetching it"
    )
    parser.add_argument("--address", "--server", type=_address, help=_ADDRESS_HELP)
    parser.add_argument(
        "--email", help="account to sign in to at --address; its password is read from STRIPSESSION_PASSWORD"
    )


async def run(arguments: argparse.Namespace, console: Console) -> int:
    """Separate; the exit code. Raises CommandFault and Refused."""
    songs: list[Path] = arguments.songs
    check_files(songs)
    check_out(songs, arguments.out)
    request = request_of(arguments)
    gateway = Gateway(arguments.address or local_address(arguments.data))
    bars = SongBars(console)
    try:
        gateway.when_silent(lambda is_silent: console.print(WAITING, style="dim") if is_silent else None)
        await _sign_in(gateway, arguments)
        outcomes = await separate_songs(
            gateway, songs, request, memory_of(arguments.data, gateway, account_at(arguments)), bars
        )
    except asyncio.CancelledError:
        console.print(_interrupted(bars), soft_wrap=True, markup=False, highlight=False)
        raise
    finally:
        await gateway.close()
    tell(outcomes, console)
    return exits.DONE if all(not outcome.fault for outcome in outcomes) else exits.SOME_FAILED


def request_of(arguments: argparse.Namespace) -> Request:
    """What to do with each song. Raises CommandFault for choices that exclude each other."""
    chosen = arguments.format
    if chosen == WHOLE_FORMAT and (arguments.stems or arguments.mix):
        raise CommandFault(f"{WHOLE_FORMAT} holds the whole song: leave out --stems and --mix", exits.USAGE)
    if arguments.mix and arguments.stems:
        raise CommandFault("--mix stands in place of --stems: give one of them", exits.USAGE)
    if arguments.depth and chosen != "wav":
        raise CommandFault(f"--depth is of wav alone: add --format wav, or leave out --depth for {chosen}", exits.USAGE)
    if arguments.speed == 2 and chosen not in PREVIEWS:
        raise CommandFault(f"--speed 2 is made as {', '.join(PREVIEWS)}: add --format {PREVIEWS[0]}", exits.USAGE)
    return Request(
        arguments.out,
        chosen,
        arguments.stems,
        arguments.model,
        arguments.again,
        arguments.mix,
        arguments.depth,
        arguments.speed,
    )


def memory_of(data: Path, gateway: Gateway, email: str | None) -> Memory:
    """What is remembered of files sent to this address from this account; None is the machine's own, at any port."""
    by_address = f"{gateway.address}\0{email or ''}"
    path = data / "client" / "songs.json"
    # The machine's own songs used to be kept by their address, too.
    return Memory(path, by_address) if email else Memory(path, "this machine's own", earlier=by_address)


async def separate_songs(
    gateway: Gateway, songs: Sequence[Path], request: Request, memory: Memory, bars: SongBars
) -> list[Outcome]:
    """Separate songs with bars. Raises CommandFault, before anything is sent, for what the models cannot do."""
    request = dataclasses.replace(request, model=await check_offer(gateway, request))
    with bars:
        gateway.when_silent(bars.silence)
        return await separate_all(gateway, songs, request, memory, bars)


def tell(outcomes: Sequence[Outcome], console: Console) -> None:
    """Say what became of each song."""
    for outcome in outcomes:
        if outcome.fault:
            text = as_called(f"✗ {outcome.song.name}: {outcome.fault}")
            console.print(text, style="red", markup=False, highlight=False, soft_wrap=True)
            continue
        text = f"✓ {outcome.song.name} → {outcome.folder}"
        console.print(text, style="green", markup=False, highlight=False, soft_wrap=True)
        for line in outcome.report:
            console.print(f"  {line}", markup=False, highlight=False, soft_wrap=True)
        notes = (
            *outcome.warnings,
            *(("separated before, so only fetched; --again separates anew",) * outcome.is_known),
        )
        for note in notes:
            console.print(f"  note: {note}", markup=False, highlight=False, soft_wrap=True)


def _interrupted(bars: SongBars) -> str:
    if bars.some_at_server:
        return "Interrupted. The separation goes on at the server; run the same command again to fetch the stems."
    if bars.some_sent:
        return "Interrupted. Run the same command again to go on from here."
    return "Interrupted before anything was sent."


async def check_offer(gateway: Gateway, request: Request) -> str:
    """The model's name. Raises CommandFault for a model, stem or format that cannot be had, naming those that can."""
    models = (await gateway.json("GET", "/v1/models"))["models"]
    if not models:
        return request.model
    plan = (await gateway.json("GET", "/v1/billing/usage"))["plan"]
    if plan.get("formats") and request.format not in plan["formats"]:
        has = ", ".join(plan["formats"])
        raise CommandFault(f"the plan {plan['title']} has no {request.format}; add --format: {has}", exits.USAGE)
    names = [model["name"] for model in models]
    if request.model and request.model not in names:
        raise CommandFault(f"there is no model {request.model}; there is {', '.join(names)}", exits.USAGE)
    wanted = request.model or plan.get("default_model")
    chosen = next((model for model in models if model["name"] == wanted), None)
    if not request.model and chosen and not chosen["licence"]:
        # As the server holds it: without a licence a model is nobody's default, and is had by its name alone.
        chosen = None
    chosen = chosen or next((model for model in models if model["is_default"]), models[0])
    if plan.get("models") and chosen["name"] not in plan["models"]:
        has = ", ".join(plan["models"])
        lacks = f"does not have the model {chosen['name']}; it has {has}"
        if not request.model:
            lacks = f"has no model to take when none is named; name one with --model: {has}"
        raise CommandFault(f"the plan {plan['title']} {lacks}", exits.USAGE)
    for stem in request.mix.stems if request.mix else request.stems:
        if stem not in chosen["stems"]:
            has = ", ".join(chosen["stems"])
            raise CommandFault(f"there is no stem {stem}; the model {chosen['name']} makes {has}", exits.USAGE)
    return str(chosen["name"])


def check_out(songs: Sequence[Path], out: Path) -> None:
    """Make the folder for stems. Raise CommandFault when it cannot be written to, before anything is sent."""
    try:
        out.mkdir(parents=True, exist_ok=True)
        for folder in (out, *(folder for folder in folders(songs, out) if folder.exists())):
            with tempfile.TemporaryFile(dir=folder) as probe:
                probe.write(b"stripsession")
    except OSError as error:
        place = error.filename or out
        reason = (error.strerror or str(error)).lower()
        text = f"stems cannot be written to {out} ({place}: {reason}); name another folder with --out"
        raise CommandFault(text, exits.USAGE) from error


def check_files(songs: Sequence[Path]) -> None:
    """Raise CommandFault for the first that is no readable file, before anything is sent."""
    for song in songs:
        if not song.exists():
            raise CommandFault(f"there is no file {song}", exits.USAGE)
        if not song.is_file() or not os.access(song, os.R_OK):
            raise CommandFault(f"{song} is not a file that can be read", exits.USAGE)


def account_at(arguments: argparse.Namespace) -> str | None:
    """What stands for the account in the memory of files that were sent; None is the machine's own."""
    if arguments.email or not arguments.address:
        return str(arguments.email) if arguments.email else None
    if os.environ.get(API_KEY_VARIABLE):
        return "by API key"
    return "by session" if SessionFile(arguments.address).read() is not None else None


async def _sign_in(gateway: Gateway, arguments: argparse.Namespace) -> None:
    if arguments.address and not arguments.email:
        # A key is of one server, which is named: the stack on this machine is signed in to without one.
        if key := os.environ.get(API_KEY_VARIABLE, ""):
            gateway.use_key(key)
            return
        if gateway.keep_session(SessionFile(arguments.address)):
            return
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


def _names(text: str) -> tuple[str, ...]:
    return tuple(name.strip() for name in text.split(",") if name.strip())


def _address(text: str) -> str:
    if not is_web_address(text):
        raise argparse.ArgumentTypeError(f"{text} is no web address, such as https://stems.example.org")
    return text
