"""Who sits before this machine, as services with a log of operators' acts are told."""

from __future__ import annotations

import argparse
import contextvars
import getpass
import os
from pathlib import Path

from chassis.identity import OPERATOR, ROLES, Certificates

VARIABLE = "STRIPSESSION_OPERATOR"
_HELP = f"who you are, for `stripsession audit` (default: {VARIABLE}, else this machine's name for you)"
_told: contextvars.ContextVar[str] = contextvars.ContextVar("operator", default="")


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """The argument of every verb by which an operator acts."""
    parser.add_argument("--operator", metavar="NAME", default="", help=_HELP)


def take(arguments: argparse.Namespace) -> None:
    """Remember who the command line says it is."""
    _told.set(getattr(arguments, "operator", ""))


def name() -> str:
    """Who acts: as the command line says, else the environment, else this machine's user."""
    return _told.get().strip() or os.environ.get(VARIABLE, "").strip() or _user()


def certificates(folder: Path) -> Certificates:
    """The operator's certificate that this user may read, that with the most rights; the usual one where none is."""
    names = (OPERATOR, *(f"{OPERATOR}-{role}" for role in reversed(ROLES)))
    readable = [each for each in names if os.access(folder / f"{each}.key", os.R_OK)]
    return Certificates(folder, (readable or names)[0])


def _user() -> str:
    try:
        return getpass.getuser()
    except (OSError, KeyError):
        # In a container a user may have a number and no name.
        return f"user {os.getuid()}"
