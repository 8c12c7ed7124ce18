"""`python -m services.auth serve|migrate`: accounts, sign-in and sessions."""

from __future__ import annotations

import argparse

from chassis import process
from services.auth import wiring
from services.auth.settings import AuthSettings


def main() -> None:
    """Read the verb and run it."""
    parser = argparse.ArgumentParser(prog="auth", description="Accounts, sign-in and sessions.")
    parser.add_argument("verb", choices=["serve", "migrate"])
    verb = parser.parse_args().verb
    process.enter("auth", AuthSettings, wiring.serve if verb == "serve" else wiring.migrate)


if __name__ == "__main__":
    main()
