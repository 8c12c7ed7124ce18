"""`python -m services.separation serve|worker|migrate`."""

from __future__ import annotations

import sys

from chassis.process import enter
from services.separation.settings import Settings
from services.separation.wiring import VERBS

if __name__ == "__main__":
    verb = sys.argv[1] if len(sys.argv) == 2 else ""
    if verb not in VERBS:
        raise SystemExit("usage: python -m services.separation serve|worker|migrate")
    enter("separation", Settings, VERBS[verb])
