"""What was published stays as it was: `python -m tests.lints.published <DIGESTS_OF_MAIN`. Exits 1 where it does not."""

from __future__ import annotations

import sys
import tomllib
from collections.abc import Iterator
from pathlib import Path

DIGESTS = "services/retention/policy/digests.toml"


def changed(before: str, now: str) -> Iterator[str]:
    """A sentence for each version whose digest is not what it was; more versions may be there."""
    told = tomllib.loads(now)
    for version, digest in tomllib.loads(before).items():
        if version not in told:
            yield f"{DIGESTS}: version {version} of the policy was published and is gone: bring it back"
        elif told[version] != digest:
            yield (
                f"{DIGESTS}: version {version} of the policy was published and is another now:"
                " give it back its text, and what is new a new version"
            )


def main(before: str, root: Path) -> int:
    """Print what changed; 1 when something did."""
    faults = list(changed(before, (root / DIGESTS).read_text(encoding="utf-8")))
    for fault in faults:
        sys.stdout.write(f"{fault}\n")
    return 1 if faults else 0


if __name__ == "__main__":
    sys.exit(main(sys.stdin.read(), Path(__file__).resolve().parents[2]))
