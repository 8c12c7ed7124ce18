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

    logs = {run.name: [json.loads(line) for line in (run / "log.jsonl").read_text().splitlines()] for run in given.run}
    scored = any("scores" in line for lines in logs.values() for line in lines)
    figure, panels = pyplot.subplots(1, 1 + scored, figsize=(5.5 * (1 + scored), 4), squeeze=False)
    losses, scores = panels[0][0], panels[0][-1]
    for name, lines in logs.items():
        steps = [line for line in lines if "loss_db" in line]
        for stem in steps[0]["stems_db"]:
            values = [line["stems_db"][stem] for line in steps]
            losses.plot([line["audio_h"] for line in steps], values, label=f"{name} {stem}")
        found = [line for line in lines if "scores" in line]
        for song in dict.fromkeys(song for line in found for song in line["scores"]):
            places = [line["audio_h"] for line in found if song in line["scores"]]
            means = [line["scores"][song]["mean"] for line in found if song in line["scores"]]
            scores.plot(places, means, "o-", label=f"{name} {song}")
    losses.set(ylabel="error against the mix, dB")
    if scored:
        scores.set(ylabel="mean uSDR, dB")
    for panel in panels[0]:
        panel.set(xlabel="hours of mixtures")
        panel.grid(alpha=0.3)
        panel.legend(fontsize=7)
    figure.tight_layout()
    figure.savefig(given.out, dpi=110)


if __name__ == "__main__":
    main()
