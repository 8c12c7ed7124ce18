"""`stripsession privacy`: whether what is promised is kept, for whoever wants to see for themselves.

Each verb is in a file of its own, which adds itself here.
"""

from __future__ import annotations

import argparse

from cli import privacy_audit, privacy_verify

HELP = "say whether the promises of the privacy policy are kept, and verify a receipt of what was deleted"


def add_arguments(parser: argparse.ArgumentParser, shared: argparse.ArgumentParser) -> None:
    """The verbs below `privacy`."""
    verbs = parser.add_subparsers(required=True, metavar="VERB")
    privacy_audit.add_to(verbs, shared)
    privacy_verify.add_to(verbs, shared)
