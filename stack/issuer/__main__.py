"""`python -m stack.issuer serve`: an issuer of one's own, for tests and machines without Clerk or Google."""

from __future__ import annotations

import argparse
import asyncio
import hashlib
import logging
import os
import signal
import sys

from chassis import logs
from chassis.listening import listening_at
from stack.issuer.app import Issuer, Options
from stack.issuer.openid import Client
from stack.issuer.server import serving

_EXIT_USAGE = 78
_log = logging.getLogger(__name__)


def main() -> None:
    """Read the command line and serve. Secrets come from the environment, as a command line is for all to read."""
    parser = argparse.ArgumentParser(prog="issuer", description="A stand-in of Clerk and of an OpenID provider.")
    parser.add_argument("verb", choices=["serve"])
    parser.add_argument("--listen", required=True, metavar="HOST:PORT")
    parser.add_argument("--issuer", default="", help="its address, where that is not where it listens")
    parser.add_argument("--page", required=True, help="the origin that session tokens are for")
    parser.add_argument("--webhook-url", default="", help="where webhooks are delivered to")
    parser.add_argument("--client", default="", help="the id of an OpenID client")
    parser.add_argument("--redirect-uri", action="append", default=[], help="where that client takes people back")
    parser.add_argument("--person", action="append", default=[], metavar="EMAIL", help="somebody with an account")
    given = parser.parse_args()
    secrets = {name: os.environ.get(f"ISSUER_{name}", "") for name in ("SECRET_KEY", "WEBHOOK_SECRET", "CLIENT_SECRET")}
    if not secrets["SECRET_KEY"].startswith("sk_test_") or not secrets["WEBHOOK_SECRET"].startswith("whsec_"):
        sys.stderr.write("issuer: ISSUER_SECRET_KEY begins with sk_test_, ISSUER_WEBHOOK_SECRET with whsec_\n")
        raise SystemExit(_EXIT_USAGE)
    clients = (Client(given.client, secrets["CLIENT_SECRET"], tuple(given.redirect_uri)),) if given.client else ()
    options = Options(
        address=(given.issuer or f"http://{given.listen}").rstrip("/"),
        page=given.page,
        secret_key=secrets["SECRET_KEY"],
        webhook_secret=secrets["WEBHOOK_SECRET"],
        webhook_url=given.webhook_url,
        clients=clients,
    )
    logs.configure("issuer", "info")
    try:
        asyncio.run(_serve(Issuer(options), given.listen, given.person))
    except RuntimeError as error:
        sys.stderr.write(f"issuer: {error}\n")
        raise SystemExit(1) from error


async def _serve(issuer: Issuer, listen: str, emails: list[str]) -> None:
    for email in emails:
        # The same after every start: whoever knows these people by their subjects finds them again.
        issuer.people.add(email, subject=f"user_{hashlib.sha256(email.encode()).hexdigest()[:26]}")
    stopping = asyncio.Event()
    for number in (signal.SIGTERM, signal.SIGINT):
        asyncio.get_running_loop().add_signal_handler(number, stopping.set)
    async with serving(issuer.app, listening_at(listen)):
        logs.event(_log, logging.INFO, "issuer stand-in served", listen=listen)
        await stopping.wait()


if __name__ == "__main__":
    main()
