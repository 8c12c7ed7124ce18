"""`python -m stack.stripe serve`: the stateful stand-in of Stripe. Test mode: no money moves."""

from __future__ import annotations

import argparse
import asyncio
import os
import sys
from pathlib import Path

from chassis import logs
from stack.stripe import catalogue, server, snapshot

_EXIT_USAGE = 78
_KEY_VARIABLE = "STRIPE_STAND_IN_SECRET_KEY"
_WEBHOOK_VARIABLE = "STRIPE_STAND_IN_WEBHOOK_SECRET"


def main() -> None:
    """Read the command line and serve. Secrets come from the environment, as a command line is for all to read."""
    parser = argparse.ArgumentParser(prog="stripe", description="A stand-in of Stripe in test mode: no money moves.")
    parser.add_argument("verb", choices=["serve"])
    parser.add_argument("--listen", required=True, metavar="HOST:PORT")
    parser.add_argument("--public-url", default="", help="where browsers find the hosted pages")
    parser.add_argument("--data", type=Path, help="a folder that keeps the account from run to run")
    parser.add_argument(
        "--catalogue", type=Path, default=catalogue.DEFAULT, help="products, prices and coupons as JSON"
    )
    parser.add_argument("--webhook-url", default="", help="where events are delivered to")
    parser.add_argument("--seed", default="", help="what ids are made from; random unless given")
    parser.add_argument("--frozen-at", type=int, help="let the clock stand at this second and move only when told")
    parser.add_argument("--manual", action="store_true", help="deliver only when /_test/deliver says so")
    given = parser.parse_args()
    secret_key = os.environ.get(_KEY_VARIABLE, "")
    if not secret_key.startswith("sk_test_"):
        sys.stderr.write(f"stripe: {_KEY_VARIABLE} must be a key that begins with sk_test_\n")
        raise SystemExit(_EXIT_USAGE)
    logs.configure("stripe", "info")
    options = server.Options(
        listen=given.listen,
        public_url=given.public_url,
        secret_key=secret_key,
        data=given.data,
        catalogue=given.catalogue,
        webhook_url=given.webhook_url,
        webhook_secret=os.environ.get(_WEBHOOK_VARIABLE, ""),
        seed=given.seed,
        frozen_at=given.frozen_at,
        delivers=not given.manual,
    )
    try:
        asyncio.run(server.serve(options))
    except (catalogue.CatalogueInvalid, snapshot.SnapshotInvalid, RuntimeError) as error:
        sys.stderr.write(f"stripe: {error}\n")
        raise SystemExit(1) from error


if __name__ == "__main__":
    main()
