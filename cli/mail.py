"""`stripsession mail`: what people of this installation were mailed, where no SMTP server takes it."""

from __future__ import annotations

import argparse
import email
import email.policy
from collections.abc import Sequence
from email.message import EmailMessage
from pathlib import Path

from rich.console import Console

from cli import exits
from cli.exits import CommandFault
from stack.layout import Layout

LAST_MAX = 200
"""As many as the folder keeps."""
HELP = (
    "Show the newest mail of this installation: links to confirm an address or to choose a new password. Where an SMTP "
    "server is named (STRIPSESSION_AUTH__SMTP_HOST) mail goes there instead, and none is here."
)


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """The arguments of `mail`."""
    parser.add_argument("--last", type=int, default=1, metavar="N", help="how many, the newest last (default: 1)")


async def run(arguments: argparse.Namespace, console: Console) -> int:
    """Print them. Raises CommandFault."""
    if not 1 <= arguments.last <= LAST_MAX:
        raise CommandFault(f"--last takes 1 to {LAST_MAX}", exits.USAGE)
    mails = newest(Layout(arguments.data.resolve()).mail, arguments.last)
    if not mails:
        console.print("No mail here yet.", markup=False, highlight=False)
    for mail in mails:
        console.print(shown(mail), soft_wrap=True, highlight=False, markup=False)
    return exits.DONE


def newest(folder: Path, count: int) -> Sequence[EmailMessage]:
    """So many of the folder's mails, the newest last. Raises CommandFault where they may not be read."""
    try:
        files = sorted(folder.glob("*.eml"), key=lambda file: file.stat().st_mtime_ns)[-count:]
        texts = [file.read_bytes() for file in files]
    except OSError as error:
        raise CommandFault(f"the mail in {folder} cannot be read: {error.strerror}") from error
    return [email.message_from_bytes(text, policy=email.policy.default) for text in texts]


def shown(mail: EmailMessage) -> str:
    """A mail as a terminal has it. What could move its cursor is left out: an address is what a stranger typed."""
    lines = [f"{name}: {mail[name]}" for name in ("Date", "To", "Subject")]
    text = "\n".join([*lines, "", str(mail.get_content()).strip(), ""])
    return "".join(letter for letter in text if letter == "\n" or letter.isprintable())
