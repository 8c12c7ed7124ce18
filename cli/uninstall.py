"""`stripsession uninstall`: an installation ends, its keys first."""

from __future__ import annotations

import argparse
import asyncio

from rich.console import Console

from cli import exits
from cli.exits import CommandFault
from cli.terminal import as_called, with_data
from stack.layout import Layout
from stack.removal import RemovalFailed, is_installation, parts_of, remove_installation
from stack.supervisor import StackFault, alone

HELP = (
    "Remove this installation with everything in its data folder, for good: its keys first, so that no song in it can "
    "be read any more, then songs, accounts, payments and mail. Without --now nothing is done but to say what would go."
)


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """The arguments of `uninstall`."""
    parser.add_argument("--now", action="store_true", help="do it; without this, only say what would go")


async def run(arguments: argparse.Namespace, console: Console) -> int:
    """Remove it, or say what would go. Raises CommandFault."""
    layout = Layout(arguments.data.resolve())
    if not is_installation(layout):
        raise CommandFault(f"there is no installation in {layout.root}; name its folder with --data", exits.USAGE)
    names = ", ".join(folder.name for folder in parts_of(layout))
    if not arguments.now:
        command = f"stripsession uninstall{with_data(arguments.data)} --now"
        _say(
            console,
            f"In {layout.root}: {names}. Nothing was removed.",
            "Payment records go too, which the law may have you keep; and subscriptions at Stripe go on, with nothing",
            "left here that says whose they are: end them there first.",
            f"To remove all of it for good: `{command}`",
        )
        return exits.DONE
    try:
        await asyncio.to_thread(_remove, layout)
    except (RemovalFailed, StackFault) as error:
        raise CommandFault(str(error)) from error
    _say(
        console,
        f"Removed from {layout.root}: {names}.",
        "What lies elsewhere stays: backups, which the keys in them open; files that you named, with keys of Stripe,",
        "Clerk or a mail server; and customers at Stripe, whose subscriptions go on until they are ended there.",
    )
    return exits.DONE


def _remove(layout: Layout) -> None:
    with alone(layout):
        remove_installation(layout)


def _say(console: Console, *lines: str) -> None:
    for line in lines:
        console.print(as_called(line), markup=False, highlight=False, soft_wrap=True)
