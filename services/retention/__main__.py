"""`python -m services.retention serve|migrate`: deadlines and the evidence that they were kept."""

from __future__ import annotations

import argparse

from chassis import process
from services.retention import wiring
from services.retention.settings import RetentionSettings

VERBS = {"serve": wiring.serve, "migrate": wiring.migrate}


def main() -> None:
    """Read the verb and run it."""
    parser = argparse.ArgumentParser(prog="retention", description="Deadlines and the evidence that they were kept.")
    parser.add_argument("verb", choices=VERBS)
    process.enter("retention", RetentionSettings, VERBS[parser.parse_args().verb])


if __name__ == "__main__":
    main()
