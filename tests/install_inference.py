"""Set up the inference server that the tests start, in `.state/triton`, once. `make test` runs this."""

from __future__ import annotations

import sys
from pathlib import Path

from stack.triton_runtime import TritonUnavailable, prepare

ROOT = Path(__file__).resolve().parents[1]


def main() -> int:
    """0 also where no server exists for this machine: the in-process engine serves there, and this says so."""
    try:
        prepare(ROOT / ".state" / "triton", ROOT / "inference" / "requirements" / "triton.txt", print)
    except TritonUnavailable as reason:
        print(f"Tests of the inference server will be skipped: {reason}")
    return 0


if __name__ == "__main__":
    sys.exit(main())
