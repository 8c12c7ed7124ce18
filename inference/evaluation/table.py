"""The scores as Markdown tables, ready for a model card."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from statistics import fmean

NOT_MADE = "not made"
"""In place of a figure, where a model has no such stem."""
TAKEN_OUT_S = 10
_SCORES = "uSDR in dB (gain over handing back the mix)."
_LEAKS = (
    "Leak in dB of the mix, lower is better: what a stem holds in the seconds in which the true one is silent. "
    f"* it never is, so it was taken out of {TAKEN_OUT_S} s from the song's middle."
)


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
    is_taken_out: bool = False
    """The leak is not that of the song, where the true stem never rests, but of its middle without that stem."""
    made_of: tuple[str, ...] = ()
    """The model's own stems that are compared under this name; none where it is the one of the same name."""


def table(rows: Sequence[Row]) -> str:
    """Two tables with a line for each model and song, one of scores and one of leaks, and what was summed for them."""
    stems = list(dict.fromkeys(row.stem for row in rows))
    scores = [
        _SCORES,
        "",
        f"| model | song | {' | '.join(stems)} | mean | sums exactly | x real time |",
        f"| --- | --- |{' --- |' * (len(stems) + 3)}",
    ]
    leaks = [
        _LEAKS,
        "",
        f"| model | song | {' | '.join(stems)} |",
        f"| --- | --- |{' --- |' * len(stems)}",
    ]
    for model, song in dict.fromkeys((row.model, row.song) for row in rows):
        found = {row.stem: row for row in rows if (row.model, row.song) == (model, song)}
        any_row = next(iter(found.values()))
        exact = "yes" if any_row.residual_max == 0 else f"no, off by {any_row.residual_max}"
        start = f"| {model} | {song} |"
        means = f"{mean(list(found.values()))} | {exact} | {any_row.speed:.0f} |"
        scores.append(f"{start} {' | '.join(cells(stems, found, cell))} | {means}")
        leaks.append(f"{start} {' | '.join(cells(stems, found, leak_cell))} |")
    for model in dict.fromkeys(row.model for row in rows):
        of_model = [row for row in rows if row.model == model]
        means = " | ".join(mean([row for row in of_model if row.stem == stem]) for stem in stems)
        scores.append(f"| **{model}** | mean | {means} | **{mean(of_model)}** | | |")
    notes = dict.fromkeys(note(row) for row in rows if row.made_of)
    return "\n".join([*scores, "", *leaks, *(["", *notes] if notes else [])]) + "\n"


def cells(stems: Sequence[str], found: dict[str, Row], text: Callable[[Row], str]) -> list[str]:
    """A line's cells, one for each column."""
    return [text(found[stem]) if stem in found else NOT_MADE for stem in stems]


def cell(row: Row) -> str:
    """One score."""
    if row.usdr_db is None or row.gain_db is None:
        return "silent"
    return f"{row.usdr_db:.2f} ({row.gain_db:+.1f})"


def leak_cell(row: Row) -> str:
    """One leak."""
    if row.leak_db is None:
        return "no other sound"
    return f"{row.leak_db:.1f}{'*' if row.is_taken_out else ''}"


def note(row: Row) -> str:
    """What a comparison is made of."""
    whose = "the sum of its" if len(row.made_of) > 1 else "its"
    return f"{row.stem} of {row.model} is {whose} {', '.join(row.made_of)}."


def mean(rows: Sequence[Row]) -> str:
    """The mean of those that have a score; each song counts alike."""
    scored = [(row.usdr_db, row.gain_db) for row in rows if row.usdr_db is not None and row.gain_db is not None]
    if not scored:
        return ""
    return f"{fmean(value for value, _ in scored):.2f} ({fmean(gain for _, gain in scored):+.1f})"
