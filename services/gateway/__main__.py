"""`python -m services.gateway serve`: the only door; `contract` prints its OpenAPI document."""

from __future__ import annotations

import argparse
import asyncio
import json
import sys

from chassis import process
from services.gateway import wiring
from services.gateway.settings import GatewaySettings


def main() -> None:
    """Read the verb and run it."""
    parser = argparse.ArgumentParser(prog="gateway", description="HTTP in, gRPC out.")
    parser.add_argument("verb", choices=["serve", "contract"])
    if parser.parse_args().verb == "contract":
        json.dump(asyncio.run(wiring.contract()), sys.stdout, indent=1, ensure_ascii=False)
        return
    process.enter("gateway", GatewaySettings, wiring.serve)


if __name__ == "__main__":
    main()
