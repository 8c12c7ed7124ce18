"""`make bench`: how fast a song is separated through the whole stack, what the platform costs, and how memory grows.

Parts: `page` (a first visit), `signing_in` (how long a refusal takes, and two hundred at once), `song` (first segment,
pace), `overhead` (the road over the bare work), `memory` (a long file against three minutes) and, when asked for,
`demucs` (the same weights in demucs). docs/benchmarks.md says what each figure is.
"""

from __future__ import annotations

import argparse
import os
import platform
import shutil
import signal
import sys
import tempfile
import time
from collections.abc import Callable
from pathlib import Path

from stack.registry import read_model
from stack.served_models import bundled_models
from tests.bench import against_demucs, first_visit, memory, overhead, signing_in, whole_song
from tests.bench.goals import Goal
from tests.bench.processes import cores
from tests.bench.said import say
from tests.bench.space import duration

PARTS = ("page", "signing_in", "song", "overhead", "memory", "demucs")
USUAL = ("page", "signing_in", "song", "overhead", "memory")
HOURS = 2.0


def main() -> None:
    """Run the parts that were asked for, and print each goal as met or missed."""
    # Asked to end, it stops what it started and removes what it wrote.
    signal.signal(signal.SIGTERM, lambda *_: sys.exit(1))
    wanted = arguments()
    parts = chosen(wanted.only, demucs=wanted.demucs)
    model = read_model(bundled_models() / wanted.model, is_bundled=True)
    load = os.getloadavg()[0]
    say(f"machine: {platform.machine()}, {cores()} cores, Python {platform.python_version()}, load before {load:.1f}")
    compared = against_demucs.Wanted(
        wanted.checkpoint, wanted.demucs_seconds, wanted.repeats, tuple(wanted.demucs_memory), wanted.command_line
    )
    runs: dict[str, Callable[[Path], list[Goal]]] = {
        "page": lambda _: first_visit.run(),
        "signing_in": signing_in.run,
        "song": lambda folder: whole_song.run(folder, model.name, wanted.repeats, wanted.seconds),
        "overhead": lambda folder: overhead.run(folder, model, wanted.repeats, wanted.seconds),
        "memory": lambda folder: memory.run(folder, model.name, wanted.hours),
        "demucs": lambda folder: against_demucs.run(folder, compared),
    }
    found: list[Goal] = []
    for part in parts:
        found += run_part(part, runs[part], model.name)
    say("\ngoals")
    for goal in found:
        say(f"  {goal.line()}")


def run_part(part: str, run: Callable[[Path], list[Goal]], model: str) -> list[Goal]:
    """One part in a folder of its own, which is removed."""
    say(f"\n== {part} ({against_demucs.MODEL if part == 'demucs' else model})")
    folder = Path(tempfile.mkdtemp(prefix="stripsession-bench-"))
    began = time.monotonic()
    try:
        found = run(folder)
    finally:
        shutil.rmtree(folder, ignore_errors=True)
    say("")
    for goal in found:
        say(goal.line())
    say(f"({part}: {duration(time.monotonic() - began)})")
    return found


def chosen(only: list[str] | None, *, demucs: bool) -> tuple[str, ...]:
    """The parts to run, in their order."""
    asked = set(only or USUAL) | ({"demucs"} if demucs else set())
    return tuple(part for part in PARTS if part in asked)


def arguments() -> argparse.Namespace:
    """What was asked."""
    default = (bundled_models() / "default").read_text(encoding="utf-8").strip()
    parser = argparse.ArgumentParser(
        prog="make bench", description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--only", nargs="+", choices=PARTS, metavar="PART", help=f"of {', '.join(PARTS)}")
    parser.add_argument("--demucs", action="store_true", help="the part `demucs`, too")
    parser.add_argument("--model", default=default, help=f"a bundled one (default: {default})")
    parser.add_argument("--repeats", type=count, default=4, help="runs of each side that count (default: 4)")
    parser.add_argument("--seconds", type=count, default=whole_song.SONG_S, help="of the song (default: 240)")
    parser.add_argument("--hours", type=hours, default=HOURS, help="of the long file in `memory` (default: 2)")
    parser.add_argument("--checkpoint", type=Path, help="of demucs (default: random weights)")
    parser.add_argument("--demucs-seconds", type=count, default=60, help="of the song in `demucs` (default: 60)")
    parser.add_argument(
        "--demucs-memory", type=count, nargs=2, default=[60, 300], metavar="S", help="lengths (default: 60 300)"
    )
    parser.add_argument("--command-line", action="store_true", help="run the program `demucs` once, too")
    return parser.parse_args()


def count(text: str) -> int:
    """A whole number above 0. Raises ValueError."""
    number = int(text)
    if number < 1:
        raise ValueError
    return number


def hours(text: str) -> float:
    """More than the three minutes that they are compared with. Raises ValueError."""
    number = float(text)
    if not memory.SHORT_S < number * 3600 < float("inf"):
        raise ValueError
    return number


if __name__ == "__main__":
    main()
