"""Mail of this installation, as its console shows it."""

from __future__ import annotations

import argparse
import io
import os
from pathlib import Path

import pytest
from rich.console import Console

from cli import mail
from cli.exits import CommandFault
from services.auth.clients.folder_mailer import FolderMailer
from services.auth.domain.mail import Mail
from stack.layout import Layout
from tests.unit.auth.mail_conformance import NOW

LINK = "https://us.example/#/reset/" + "x" * 43


async def shown(data: Path, last: int = 1) -> str:
    output = io.StringIO()
    arguments = argparse.Namespace(data=data, last=last)
    assert await mail.run(arguments, Console(file=output, width=40)) == 0
    return output.getvalue()


async def test_the_newest_mail_is_shown_whole(tmp_path: Path) -> None:
    """What auth writes is found and shown, the newest last, with a link in one piece however narrow the terminal."""
    assert await shown(tmp_path) == "No mail here yet.\n"
    mailer = FolderMailer(Layout(tmp_path).mail, "no-reply@us.example")
    for number, name in enumerate(("first", "second", "third")):
        await mailer.send(Mail(f"eml_{name}", f"{name}@example.org", "Grüße", f"{LINK}\n", NOW))
        os.utime(Layout(tmp_path).mail / f"eml_{name}.eml", (number, number))
    newest = await shown(tmp_path)
    assert "To: third@example.org\nSubject: Grüße\n" in newest
    assert LINK in newest
    assert "second" not in newest
    both = await shown(tmp_path, 2)
    assert both.index("second@") < both.index("third@")


async def test_a_mail_moves_no_cursor(tmp_path: Path) -> None:
    """What a stranger typed cannot write over what a terminal shows."""
    mailer = FolderMailer(Layout(tmp_path).mail, "no-reply@us.example")
    await mailer.send(Mail("eml_1", "ada@example.org", "Hello", "before\x1b[2Jafter\n", NOW))
    assert "before[2Jafter" in await shown(tmp_path)


@pytest.mark.parametrize("last", [0, -1, 201])
async def test_an_odd_number_is_refused(tmp_path: Path, last: int) -> None:
    """Fewer than one or more than are kept cannot be asked for."""
    with pytest.raises(CommandFault, match="1 to 200"):
        await shown(tmp_path, last)
