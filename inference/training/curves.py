"""Draw a run's curves: loss of each stem against hours of mixtures, and the scores where a run kept some.

python -m inference.training.curves --run RUN [RUN ...] --out curves.png
"""

from __future__ import annotations

import argparse
import json
from pathlib import Path

import matplotlib as mpl


def main() -> None:
    """The command."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--run", type=Path, nargs="+", required=True)
    parser.add_argument("--out", type=Path, required=True)
    given = parser.parse_args()
    mpl.use("Agg")
    from matplotlib import pyplot

    figure, (losses, scores) = pyplot.subplots(1, 2, figsize=(11, 4))
    for run in given.run:
        lines = [json.loads(line) for line in (run / "log.jsonl").read_text().splitlines()]
        steps = [line for line in lines if "loss_db" in line]
        for stem in steps[0]["stems_db"]:
            losses.plot(
                [line["audio_h"] for line in steps],
                [line["stems_db"][stem] for line in steps],
                label=f"{run.name} {stem}",
            )
        found = [line for line in lines if "scores" in line]
        for song in dict.fromkeys(song for line in found for song in line["scores"]):
            places = [line["audio_h"] for line in found if song in line["scores"]]
            scores.plot(
                places,
                [line["scores"][song]["mean"] for line in found if song in line["scores"]],
                "o-",
                label=f"{run.name} {song}",
            )
    losses.set(xlabel="hours of mixtures", ylabel="error against the mix, dB")
    scores.set(xlabel="hours of mixtures", ylabel="mean uSDR, dB")
    for panel in (losses, scores):
        panel.grid(alpha=0.3)
        panel.legend(fontsize=7)
    figure.tight_layout()
    figure.savefig(given.out, dpi=110)


if __name__ == "__main__":
    main()
