"""`python -m services.billing serve|migrate`: plans and the minutes ledger."""

from __future__ import annotations

import argparse

from chassis import process
from services.billing import wiring
from services.billing.settings import BillingSettings

VERBS = {"serve": wiring.serve, "migrate": wiring.migrate}


def main() -> None:
    """Read the verb and run it."""
    parser = argparse.ArgumentParser(prog="billing", description="Plans and the minutes ledger.")
    parser.add_argument("verb", choices=VERBS)
    process.enter("billing", BillingSettings, VERBS[parser.parse_args().verb])


if __name__ == "__main__":
    main()
