"""`stripsession privacy`: whether the promises of the privacy policy are kept."""

from __future__ import annotations

import argparse

from cli import privacy_audit

HELP = "say whether the promises of the privacy policy are kept, and how that is known"


def add_arguments(parser: argparse.ArgumentParser, shared: argparse.ArgumentParser) -> None:
    """The verbs below `privacy`."""
    verbs = parser.add_subparsers(required=True, metavar="VERB")

    def add(name: str, text: str, description: str) -> argparse.ArgumentParser:
        return verbs.add_parser(name, help=text, description=description, parents=[shared])

    auditing = add("audit", "print every promise with its latest evidence", privacy_audit.HELP)
    privacy_audit.add_arguments(auditing)
    auditing.set_defaults(verb=privacy_audit.run)
