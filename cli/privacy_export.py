"""`stripsession privacy export`: all that a server holds of you, as one archive to keep."""

from __future__ import annotations

import argparse
import asyncio
import datetime
import getpass
from pathlib import Path
from types import TracebackType
from typing import TYPE_CHECKING

from rich.console import Console
from rich.progress import BarColumn, DownloadColumn, Progress, TextColumn

from cli import exits
from cli.downloads import download
from cli.exits import CommandFault
from cli.gateway import Gateway, Json
from cli.login import signed_in
from cli.proving import Ask, proved
from cli.terminal import as_called

if TYPE_CHECKING:
    from argparse import _SubParsersAction

HELP = "fetch all that a server holds of you, as one archive"
DESCRIPTION = (
    "Fetch all that a server holds of you as one zip: documents in JSON, your stems and covers, and an index to read. "
    "The server prepares it, which takes a while; interrupted, the same command goes on where it was. One that is "
    "ready already is fetched again until it expires, unless --new asks for another. Without --server it is asked of "
    "the stack on this machine, about its own account unless `login` keeps another's session."
)
_PATH = "/v1/privacy/exports"
_PAUSE_S = 2.0
_TENTHS = 10
_LOOKS_A_LINE = 15
"""How far it is, is said twice a minute."""
_ENDINGS = {
    "deleted": "something in it was deleted; the same command asks for another",
    "away": "a service of the server could not be asked for a day; ask whoever runs it",
}


def add_to(verbs: _SubParsersAction[argparse.ArgumentParser], shared: argparse.ArgumentParser) -> None:
    """The verb below `privacy`."""
    verb = verbs.add_parser("export", help=HELP, description=DESCRIPTION, parents=[shared])
    verb.add_argument("--server", help="web address of StripSession (default: the one running on this machine)")
    verb.add_argument("--out", type=Path, metavar="FILE", help="where to (default: ./stripsession-DAY.zip)")
    verb.add_argument("--new", action="store_true", help="ask for another where one is ready already")
    verb.set_defaults(verb=run)


async def run(arguments: argparse.Namespace, console: Console) -> int:
    """Have it prepared, and fetch it. Raises CommandFault and Refused."""
    if arguments.out is not None:
        _require_place(arguments.out)
    async with signed_in(arguments) as gateway:
        export = None if arguments.new else await standing(gateway)
        if export is None:
            export = await begun(gateway, getpass.getpass)
        export = await prepared(gateway, export["export_id"], console)
        target = arguments.out or Path(f"stripsession-{export['asked_at'][:10]}.zip")
        try:
            with Shown(console, target.name, export["size_bytes"]) as shown:
                await download(gateway, export["path"], target, shown.tell, is_private=True)
        except OSError as error:
            reason = (error.strerror or str(error)).lower()
            text = f"{target} cannot take it: {reason}; mend that and run the same command again, which goes on"
            raise CommandFault(text) from error
    until = datetime.datetime.fromisoformat(export["expires_at"])
    _say(console, f"{target} holds all that was held of you on {export['asked_at'][:10]}; open its index.html.")
    _say(console, f"The server keeps it until {until:%Y-%m-%d}. Whoever has the file has your data: keep it safe.")
    return exits.DONE


def _require_place(out: Path) -> None:
    """Before anything is asked for. Raises CommandFault."""
    if out.is_dir():
        raise CommandFault(f"{out} is a folder; name the file, such as {out / 'stripsession.zip'}", exits.USAGE)
    if not out.parent.is_dir():
        raise CommandFault(f"there is no folder {out.parent}; make it, or name another file", exits.USAGE)


async def standing(gateway: Gateway) -> Json | None:
    """The newest that is ready or being prepared. Raises Refused."""
    listed = await gateway.json("GET", _PATH)
    return next((each for each in listed["exports"] if each["state"] in ("ready", "preparing")), None)


async def begun(gateway: Gateway, ask: Ask) -> Json:
    """A new one; who has to show first who they are is asked. Raises CommandFault and Refused."""

    async def act() -> Json:
        return await gateway.json("POST", _PATH)

    return await proved(gateway, act, ask, "#/account/export")


async def prepared(gateway: Gateway, export_id: str, console: Console) -> Json:
    """It, once it is ready. Raises CommandFault where it ended before, and Refused."""
    told, looks = "", 0
    while True:
        listed = await gateway.json("GET", _PATH)
        export: Json | None = next((each for each in listed["exports"] if each["export_id"] == export_id), None)
        if export is None or export["state"] == "expired":
            raise CommandFault("the export expired; the same command asks for another")
        if export["state"] == "ended":
            raise CommandFault(f"the export ended: {_ENDINGS.get(export['ending'], 'the server does not say why')}")
        if export["state"] == "ready":
            return export
        if export["state"] != "preparing":
            raise CommandFault("the server says of the export what this program does not know; a newer one may")
        if looks % _LOOKS_A_LINE == 0:
            files = "1 file" if export["files"] == 1 else f"{export['files']} files"
            line = f"Being prepared: {files}, {export['size_bytes'] / 1e6:,.0f} MB so far"
            _say(console, line if line != told else f"{line}; the server waits for the next")
            told = line
        looks += 1
        await asyncio.sleep(_PAUSE_S)


class Shown:
    """How much has come: a bar where there is a terminal, else a line for each tenth."""

    def __init__(self, console: Console, name: str, size_bytes: int) -> None:
        """Of so many bytes."""
        self._console = console
        self._size_bytes = max(1, size_bytes)
        self._tenths = 0
        self._progress: Progress | None = None
        if console.is_terminal:
            columns = (TextColumn("{task.description}", markup=False), BarColumn(bar_width=30), DownloadColumn())
            self._progress = Progress(*columns, console=console)
            self._task = self._progress.add_task(name, total=size_bytes)

    def __enter__(self) -> Shown:
        """Show it."""
        if self._progress is not None:
            self._progress.start()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        """Leave it as it stands."""
        if self._progress is not None:
            self._progress.stop()

    def tell(self, here: int) -> None:
        """So many bytes are here."""
        if self._progress is not None:
            self._progress.update(self._task, completed=here)
            return
        tenths = here * _TENTHS // self._size_bytes
        if tenths > self._tenths:
            self._tenths = tenths
            _say(self._console, f"{tenths * _TENTHS} % of {self._size_bytes / 1e6:,.0f} MB")


def _say(console: Console, line: str) -> None:
    console.print(as_called(line), markup=False, highlight=False, soft_wrap=True)
