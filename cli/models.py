"""`stripsession models`: list, import, verify, choose the default, and write Triton's repository."""

from __future__ import annotations

import argparse
import asyncio
import json
import os
import sys
from collections.abc import Callable
from pathlib import Path
from typing import TypeVar

from rich.console import Console
from rich.progress import BarColumn, DownloadColumn, Progress, TextColumn
from rich.table import Table

from cli import exits
from cli.exits import CommandFault
from stack.gpu_networks import made_network
from stack.importing import ROADS, Wanted, check_request, described_licence, import_model
from stack.layout import Layout, program_root
from stack.model_repository import DEVICES, WIRES, Machine, generate
from stack.registry import Model, ModelRefused, differences, spoiled
from stack.served_models import choose_default, registered, wanted_default

Result = TypeVar("Result")
_IMPORT_HELP = """\
Import a model of yours. Its licence is shown and must be accepted; who accepted what, when, and the file's
digest are recorded in its card. Its output is compared with the original's, and it is kept only if they agree
to 60 dB or better.

A PyTorch checkpoint is a pickle, which can run any program. Here it is read by PyTorch's restricted reader
alone (weights_only=True), in a process of its own that sees none of your environment's variables. An ONNX file
holds no program; it must be in one file and use ONNX's own operators. Whether you may use the weights is
between you and their licence."""


def add_arguments(parser: argparse.ArgumentParser, shared: argparse.ArgumentParser) -> None:
    """The verbs below `models`."""
    verbs = parser.add_subparsers(required=True, metavar="VERB")
    shape = argparse.RawDescriptionHelpFormatter

    def add(name: str, text: str, description: str = "") -> argparse.ArgumentParser:
        return verbs.add_parser(
            name, help=text, description=description or text, parents=[shared], formatter_class=shape
        )

    listing = add("list", "list the models that can separate")
    listing.add_argument("--json", action="store_true", help="for programs")
    listing.set_defaults(verb=show)
    importing = add("import", "import a model of yours", _IMPORT_HELP)
    importing.add_argument("path", type=Path, help="the network (.onnx) or checkpoint (.th)")
    importing.add_argument("--kind", choices=tuple(ROADS), required=True, help="what the file is")
    importing.add_argument("--name", required=True, help="the model's name here")
    importing.add_argument("--card", type=Path, help="JSON with its stems and segment; see docs/models.md")
    importing.add_argument("--licence", default="", help="SPDX identifier or text of the weights' licence")
    importing.add_argument("--accept-licence", action="store_true", help="accept it without being asked")
    importing.set_defaults(verb=bring_in)
    verifying = add("verify", "compare every model's card and files with their recorded SHA-256")
    verifying.add_argument("name", nargs="?", help="this model alone")
    verifying.set_defaults(verb=verify)
    choosing = add("default", "choose the model that is taken when a song names none")
    choosing.add_argument("name", help="a model whose card names a licence")
    choosing.set_defaults(verb=choose)
    writing = add("repository", "write Triton's model repository, for a server of your own")
    writing.add_argument("out", type=Path, help="folder, made anew")
    writing.add_argument("--device", choices=DEVICES, default="cpu")
    writing.add_argument("--cores", type=int, default=os.cpu_count() or 1, help="of the server (cpu)")
    writing.add_argument("--gpus", type=int, default=1, help="of the server (gpu)")
    writing.add_argument("--wire", choices=WIRES, default="fp32", help="precision of what travels to it (cpu)")
    writing.add_argument("--model", action="append", default=[], help="only this one; may be repeated")
    writing.set_defaults(verb=write_repository)


async def show(arguments: argparse.Namespace, console: Console) -> int:
    """List the models."""
    layout = Layout(arguments.data.resolve())
    models = registered(layout, _complain)
    default = _asked(lambda: wanted_default(layout, os.environ))
    if arguments.json:
        rows = [_row(model, default) for model in models]
        console.print(json.dumps(rows, indent=2), markup=False, highlight=False, soft_wrap=True)
        return exits.DONE
    table = Table(box=None, pad_edge=False)
    for heading in ("name", "version", "stems", "licence", "source", "default", "sha256"):
        table.add_column(heading, overflow="fold")
    for model in models:
        licence = model.licence or "none named"
        mark = "yes" if model.name == default else ""
        stems = ", ".join(model.stems)
        table.add_row(model.name, model.version, stems, licence, model.source, mark, model.digest[:12])
    console.print(table, highlight=False)
    return exits.DONE


async def bring_in(arguments: argparse.Namespace, console: Console) -> int:
    """Import a model. Raises CommandFault."""
    layout = Layout(arguments.data.resolve())
    wanted = Wanted(arguments.path, arguments.kind, arguments.name, arguments.card, arguments.licence)

    def prepared() -> str:
        check_request(layout, wanted)
        licence, rights = described_licence(wanted)
        _show_licence(console, wanted, licence, rights)
        return licence

    licence = _asked(prepared)
    if not arguments.accept_licence:
        _ask_acceptance()

    try:
        with console.status("importing"):
            model = await asyncio.to_thread(import_model, layout, wanted, licence, _teller(console))
    except (ModelRefused, OSError) as refused:
        raise CommandFault(str(refused)) from refused
    console.print(f"{model.name} is imported: {', '.join(model.stems)}.", markup=False, highlight=False)
    if model.licence:
        text = f"Make it the default: `stripsession models default {model.name}`. "
    else:
        text = "Its card names no licence, so it cannot become the default. "
    console.print(f"{text}A running stack serves it after its next start.", markup=False, highlight=False)
    return exits.DONE


async def verify(arguments: argparse.Namespace, console: Console) -> int:
    """Recompute every digest; 1 when any differs."""
    layout = Layout(arguments.data.resolve())
    broken: list[str] = []
    models = registered(layout, broken.append)
    if arguments.name is not None:
        models = [model for model in models if model.name == arguments.name]
        broken = [text for text in broken if arguments.name in text]
        if not models and not broken:
            raise CommandFault(f"there is no model {arguments.name!r}", exits.USAGE)
    code = exits.DONE
    for text in broken:
        console.print(f"✗ {text}", style="red", markup=False, highlight=False, soft_wrap=True)
        code = exits.SOME_FAILED
    for model in models:
        found = await asyncio.to_thread(_differences, model, console)
        if found:
            code = exits.SOME_FAILED
            console.print(f"✗ {model.name} is not what its card says", style="red", markup=False, highlight=False)
            for line in found:
                console.print(f"    {line}", markup=False, highlight=False, soft_wrap=True)
        else:
            count = _count(len(model.files) + len(model.documents), "file")
            text = f"✓ {model.name}: {count}, {model.folder_bytes} bytes, sha256 of all that separates {model.digest}"
            console.print(text, style="green", markup=False, highlight=False, soft_wrap=True)
    return code


async def choose(arguments: argparse.Namespace, console: Console) -> int:
    """Choose the default. Raises CommandFault."""
    model = _asked(lambda: choose_default(Layout(arguments.data.resolve()), arguments.name))
    text = f"{model.name} ({model.licence}) is the default from the next start on."
    console.print(text, markup=False, highlight=False)
    return exits.DONE


async def write_repository(arguments: argparse.Namespace, console: Console) -> int:
    """Write a repository. Raises CommandFault."""
    layout = Layout(arguments.data.resolve())

    def written() -> list[Model]:
        models = registered(layout, _complain)
        if missing := set(arguments.model) - {model.name for model in models}:
            raise ModelRefused(f"there is no model {', '.join(sorted(missing))}")
        chosen = [model for model in models if not arguments.model or model.name in arguments.model]
        for model in chosen:
            if found := spoiled(model):
                raise ModelRefused(f"{model.name} is not what its card says: {'; '.join(found)}")
        if arguments.out.exists() and any(arguments.out.iterdir()):
            raise ModelRefused(f"{arguments.out} is not empty; name another folder, or remove it first")
        machine = Machine(arguments.device, arguments.cores, arguments.gpus, arguments.wire)
        door, out = program_root() / "inference" / "door", arguments.out.resolve()
        generate(chosen, door, out, machine, lambda model: made_network(layout, model, _teller(console)))
        return chosen

    try:
        models = await asyncio.to_thread(_asked, written)
    except OSError as error:
        raise CommandFault(f"{arguments.out} cannot be written: {error.strerror}") from error
    text = f"{arguments.out}: {', '.join(model.name for model in models)} for the {arguments.device}"
    console.print(text, markup=False, highlight=False, soft_wrap=True)
    return exits.DONE


def _asked(question: Callable[[], Result]) -> Result:
    try:
        return question()
    except ModelRefused as refused:
        raise CommandFault(str(refused)) from refused


def _row(model: Model, default: str) -> dict[str, object]:
    return {
        "name": model.name,
        "version": model.version,
        "title": model.title,
        "stems": list(model.stems),
        "licence": model.licence,
        "source": model.source,
        "is_default": model.name == default,
        "kind": model.kind,
        "bytes": model.size_bytes,
        "sha256": model.digest,
    }


def _show_licence(console: Console, wanted: Wanted, licence: str, rights: list[str]) -> None:
    lines = [f"{wanted.source.name} becomes the model {wanted.name}.", f"Licence: {licence or 'none named'}"]
    lines += [f"Rights: {right}" for right in rights]
    if not licence:
        lines.append("Without a licence it can be asked for by name, and cannot become the default.")
    for line in lines:
        console.print(line, markup=False, highlight=False, soft_wrap=True)


def _ask_acceptance() -> None:
    if not sys.stdin.isatty():
        raise CommandFault("nobody is here to accept the licence: add --accept-licence to accept it", exits.USAGE)
    if input("Do you accept this, and may you use the weights under it? Type yes: ").strip().lower() != "yes":
        raise CommandFault("not accepted; nothing was imported")


def _differences(model: Model, console: Console) -> list[str]:
    columns = (TextColumn("{task.description}"), BarColumn(), DownloadColumn())
    with Progress(*columns, console=console, transient=True, disable=not console.is_terminal) as bars:
        bar = bars.add_task(model.name, total=model.folder_bytes)
        return differences(model, lambda read: bars.advance(bar, read))


def _teller(console: Console) -> Callable[[str], None]:
    """Says how a long work goes on."""

    def say(text: str) -> None:
        console.print(f"· {text}", style="dim", markup=False, highlight=False, soft_wrap=True)

    return say


def _complain(text: str) -> None:
    Console(stderr=True).print(f"! {text}", style="yellow", markup=False, highlight=False, soft_wrap=True)


def _count(number: int, noun: str) -> str:
    return f"{number} {noun}" if number == 1 else f"{number} {noun}s"
