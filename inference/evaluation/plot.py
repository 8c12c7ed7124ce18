"""The scores as bars, a panel for each song."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

import matplotlib as mpl
import numpy as np

from inference.evaluation.table import Row


def draw(rows: Sequence[Row], path: Path) -> None:
    """Write a PNG."""
    mpl.use("Agg")
    from matplotlib import pyplot

    songs = list(dict.fromkeys(row.song for row in rows))
    models = list(dict.fromkeys(row.model for row in rows))
    figure, panels = pyplot.subplots(1, len(songs), figsize=(5 * len(songs), 3.6), sharey=True, squeeze=False)
    for panel, song in zip(panels[0], songs, strict=True):
        stems = list(dict.fromkeys(row.stem for row in rows if row.song == song))
        places = np.arange(len(stems))
        for at, model in enumerate(models):
            found = {row.stem: row.usdr_db for row in rows if (row.song, row.model) == (song, model)}
            heights = [found.get(stem) or 0.0 for stem in stems]
            panel.bar(places + (at + 0.5) / (len(models) + 0.5) - 0.5, heights, 0.9 / (len(models) + 0.5), label=model)
        panel.set_xticks(places, stems)
        panel.set_title(song)
        panel.axhline(0, color="black", linewidth=0.6)
        panel.grid(axis="y", alpha=0.3)
    panels[0][0].set_ylabel("uSDR, dB")
    panels[0][-1].legend()
    figure.tight_layout()
    figure.savefig(path, dpi=110)
    pyplot.close(figure)
