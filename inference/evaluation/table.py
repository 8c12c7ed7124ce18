"""The scores as a Markdown table, ready for a model card."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from statistics import fmean


@dataclass(frozen=True)
class Row:
    """One model, song and stem."""

    model: str
    song: str
    stem: str
    usdr_db: float | None
    gain_db: float | None
    leak_db: float | None
    residual_max: int
    speed: float
    """Times real time, the network and its transforms alone."""


def table(rows: Sequence[Row]) -> str:
    """Each model and song on a line: uSDR, and in brackets its gain over handing back the mix."""
    stems = list(dict.fromkeys(row.stem for row in rows))
    lines = [
        "uSDR in dB (gain over handing back the mix); a silent stem: leak against the mix.",
        "",
        f"| model | song | {' | '.join(stems)} | mean | sums exactly | x real time |",
        f"| --- | --- |{' --- |' * (len(stems) + 3)}",
    ]
    for model, song in dict.fromkeys((row.model, row.song) for row in rows):
        found = {row.stem: row for row in rows if (row.model, row.song) == (model, song)}
        cells = [cell(found[stem]) if stem in found else "" for stem in stems]
        any_row = next(iter(found.values()))
        exact = "yes" if any_row.residual_max == 0 else f"no, off by {any_row.residual_max}"
        lines.append(
            f"| {model} | {song} | {' | '.join(cells)} | {mean(list(found.values()))} | {exact} | {any_row.speed:.0f} |"
        )
    for model in dict.fromkeys(row.model for row in rows):
        of_model = [row for row in rows if row.model == model]
        cells = [mean([row for row in of_model if row.stem == stem]) for stem in stems]
        lines.append(f"| **{model}** | mean | {' | '.join(cells)} | **{mean(of_model)}** | | |")
    return "\n".join(lines) + "\n"


def cell(row: Row) -> str:
    """One score."""
    if row.usdr_db is None or row.gain_db is None:
        return f"leak {row.leak_db:.1f}"
    return f"{row.usdr_db:.2f} ({row.gain_db:+.1f})"


def mean(rows: Sequence[Row]) -> str:
    """The mean of those that have a score; each song counts alike."""
    scored = [(row.usdr_db, row.gain_db) for row in rows if row.usdr_db is not None and row.gain_db is not None]
    if not scored:
        return ""
    return f"{fmean(value for value, _ in scored):.2f} ({fmean(gain for _, gain in scored):+.1f})"
