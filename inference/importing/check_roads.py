"""Sends networks of random weights down every road of import, by the commands that an operator's checkpoint takes.

    python -m inference.importing.check_roads

Each import compares what it made with the original, and refuses below 60 dB. Small networks: what their size changes is
the time it takes.
"""

from __future__ import annotations

import subprocess
import sys
import tempfile
from collections.abc import Sequence
from pathlib import Path

_LICENCE = ("--licence", "MIT")


def main() -> int:
    """0 when every network of the original's shape is imported, and what cannot be is refused in a sentence."""
    with tempfile.TemporaryDirectory() as place:
        folder = Path(place)
        four, six, target = folder / "four.th", folder / "six.th", folder / "target.pt"
        card = folder / "target.yaml"
        done = [
            succeeds("make_random_htdemucs", four, "--small"),
            succeeds("import_htdemucs", four, folder / "htdemucs", *_LICENCE),
            succeeds("make_random_htdemucs", six, "--small", "--stems", "drums,bass,other,vocals,guitar,piano"),
            succeeds("import_htdemucs", six, folder / "htdemucs-6s", *_LICENCE, "--overlap", "1/10"),
            succeeds("make_random_bs_roformer", folder / "four.pt", folder / "four.yaml"),
            succeeds(
                "import_bs_roformer", folder / "four.pt", folder / "roformer", *_LICENCE, "--card", folder / "four.yaml"
            ),
            succeeds("make_random_bs_roformer", target, card, "--target", "vocals"),
            succeeds("import_bs_roformer", target, folder / "roformer-vocals", *_LICENCE, "--card", card),
            refuses("import_bs_roformer", four, folder / "none", *_LICENCE, "--card", card),
            refuses("import_htdemucs", target, folder / "none", *_LICENCE),
        ]
        left = sorted(path.name for path in folder.iterdir() if path.is_dir())
    print(f"{sum(done)} of {len(done)} as expected; imported: {', '.join(left)}")
    expected = ["htdemucs", "htdemucs-6s", "roformer", "roformer-vocals"]
    return 0 if all(done) and left == expected else 1


def succeeds(module: str, *arguments: str | Path) -> bool:
    """Whether a program of this package ends well; its words are shown."""
    return _ended(module, arguments) == 0


def refuses(module: str, *arguments: str | Path) -> bool:
    """Whether it ends with 1, which says that it refused rather than broke."""
    return _ended(module, arguments) == 1


def _ended(module: str, arguments: Sequence[str | Path]) -> int:
    argv = [sys.executable, "-W", "ignore", "-m", f"inference.importing.{module}", *map(str, arguments)]
    ended = subprocess.run(argv, capture_output=True, text=True, check=False)
    said = (ended.stdout + ended.stderr).strip()
    # A program that broke prints where; one that refused prints one line.
    print(f"{module}: exit {ended.returncode}\n  " + "\n  ".join(said.splitlines()[-6:]), flush=True)
    return ended.returncode if "Traceback" not in said else 2


if __name__ == "__main__":
    sys.exit(main())
