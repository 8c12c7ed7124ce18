"""`python -m services.gateway serve`: the only door."""

from __future__ import annotations

import argparse

from chassis import process
from services.gateway import wiring
from services.gateway.settings import GatewaySettings


def main() -> None:
    """Read the verb and run it."""
    parser = argparse.ArgumentParser(prog="gateway", description="HTTP in, gRPC out.")
    parser.add_argument("verb", choices=["serve"])
    parser.parse_args()
    process.enter("gateway", GatewaySettings, wiring.serve)


if __name__ == "__main__":
    main()
