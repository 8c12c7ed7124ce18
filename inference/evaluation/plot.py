"""The scores as bars: a column of panels for each song."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from pathlib import Path

import numpy as np
from matplotlib.axes import Axes
from matplotlib.figure import Figure

from inference.evaluation.table import Row

FIGURES: tuple[tuple[str, Callable[[Row], float | None]], ...] = (
    ("uSDR, dB", lambda row: row.usdr_db),
    ("gain over the mix, dB", lambda row: row.gain_db),
    ("leak into silence, dB", lambda row: row.leak_db),
)
SUM = "sum against the mix,\nsteps of 24 bits"


def draw(rows: Sequence[Row], path: Path) -> None:
    """Write a PNG: uSDR, gain and leak of each stem, and by how much the stems of a model miss the mix."""
    songs = list(dict.fromkeys(row.song for row in rows))
    models = list(dict.fromkeys(row.model for row in rows))
    height = len(FIGURES) + 1
    figure = Figure(figsize=(5 * len(songs), 2.9 * height), layout="constrained")
    panels = figure.subplots(height, len(songs), sharey="row", squeeze=False)
    for column, song in enumerate(songs):
        found = [row for row in rows if row.song == song]
        for panel, (_, value) in zip(panels[:, column], FIGURES, strict=False):
            draw_stems(panel, found, models, value)
        draw_sums(panels[-1, column], found, models)
        panels[0, column].set_title(song)
    for panel, (name, _) in zip(panels[:, 0], FIGURES, strict=False):
        panel.set_ylabel(name)
    panels[-1, 0].set_ylabel(SUM)
    figure.legend(*panels[0, 0].get_legend_handles_labels(), loc="outside upper center", ncols=len(models))
    figure.savefig(path, dpi=110)


def draw_stems(panel: Axes, rows: Sequence[Row], models: Sequence[str], value: Callable[[Row], float | None]) -> None:
    """Bars of one figure, a group for each stem and in it a bar for each model; what is not known has none."""
    stems = list(dict.fromkeys(row.stem for row in rows))
    places = np.arange(len(stems))
    for at, model in enumerate(models):
        found = {row.stem: value(row) for row in rows if row.model == model}
        heights = [np.nan if (known := found.get(stem)) is None else known for stem in stems]
        panel.bar(places + (at + 0.5) / (len(models) + 0.5) - 0.5, heights, 0.9 / (len(models) + 0.5), label=model)
    panel.set_xticks(places, stems)
    panel.set_xlim(-0.6, len(stems) - 0.4)
    panel.axhline(0, color="black", linewidth=0.6)
    panel.grid(axis="y", alpha=0.3)


def draw_sums(panel: Axes, rows: Sequence[Row], models: Sequence[str]) -> None:
    """A bar for each model, and a word where there is none because its stems are the mix in every sample."""
    misses = {row.model: row.residual_max for row in rows}
    for at, model in enumerate(models):
        if model in misses:
            panel.bar(at, misses[model], 0.6)
            text = str(misses[model]) if misses[model] else "exact"
            panel.annotate(text, (at, misses[model]), ha="center", va="bottom")
    panel.set_xticks(range(len(models)), models)
    panel.set_xlim(-0.6, len(models) - 0.4)
    panel.set_ylim(bottom=0, top=max(1, *misses.values()) * 1.2)
    panel.grid(axis="y", alpha=0.3)
