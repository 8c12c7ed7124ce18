"""`stripsession privacy`: what is held of you, all of it to keep, what you ask or accepted, and promises kept or not.

Each verb is in a file of its own, which adds itself here.
"""

from __future__ import annotations

import argparse

from cli import privacy_audit, privacy_export, privacy_held, privacy_policy, privacy_requests, privacy_verify

HELP = (
    "say what is held of you, fetch it, send a request about it, accept the policy, say whether promises are kept, and "
    "verify a receipt of what was deleted"
)


def add_arguments(parser: argparse.ArgumentParser, shared: argparse.ArgumentParser) -> None:
    """The verbs below `privacy`."""
    verbs = parser.add_subparsers(required=True, metavar="VERB")
    privacy_held.add_to(verbs, shared)
    privacy_export.add_to(verbs, shared)
    privacy_policy.add_to(verbs, shared)
    privacy_requests.add_to(verbs, shared)
    privacy_audit.add_to(verbs, shared)
    privacy_verify.add_to(verbs, shared)
