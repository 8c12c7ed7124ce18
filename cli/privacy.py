"""`stripsession privacy`: what is held of you."""

from __future__ import annotations

import argparse

from cli import held

HELP = "say what is held of you"


def add_arguments(parser: argparse.ArgumentParser, shared: argparse.ArgumentParser) -> None:
    """The verbs below `privacy`."""
    verbs = parser.add_subparsers(required=True, metavar="VERB")
    holding = verbs.add_parser("held", help=held.HELP, description=held.DESCRIPTION, parents=[shared])
    held.add_arguments(holding)
    holding.set_defaults(verb=held.run)
