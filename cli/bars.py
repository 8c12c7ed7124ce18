"""One bar for each song: the whole way from file to stems, never backwards, never full before the end."""

from __future__ import annotations

import math
import time
from collections.abc import Callable

from rich.console import Console
from rich.progress import BarColumn, Progress, TextColumn, TimeElapsedColumn

from cli.gateway import Json

_UPLOADED = 10.0
"""Percent of the bar when the upload is done; separating takes most of a song's time."""
_SEPARATED = 90.0
_UNFINISHED = 99.0
"""A bar that has been full once stops its clock."""
_SETTLING_S = 2.0
"""The first guesses of the time left are wild."""
_SMOOTHING = 0.3
_ALMOST_S = 3.0
_NAME_CHARACTERS_MAX = 32
WAITING = "waiting for StripSession to answer"

Clock = Callable[[], float]


class SongBars:
    """The bars of one command; show them with `with`."""

    def __init__(self, console: Console, now_s: Clock = time.monotonic) -> None:
        """`now_s` is a clock that never goes back, in seconds."""
        self.progress = Progress(
            TextColumn("{task.description}", markup=False),
            BarColumn(bar_width=30),
            TextColumn("{task.fields[share]:>4}", markup=False),
            TextColumn("{task.fields[detail]}", markup=False),
            TimeElapsedColumn(),
            console=console,
            refresh_per_second=8,
        )
        self._now_s = now_s
        self._bars: list[SongBar] = []

    def __enter__(self) -> SongBars:
        """Show them."""
        self.progress.start()
        return self

    def __exit__(self, *_: object) -> None:
        """Leave them as they stand."""
        self.progress.stop()

    def add(self, name: str) -> SongBar:
        """A bar for one more song."""
        shown = name if len(name) <= _NAME_CHARACTERS_MAX else name[: _NAME_CHARACTERS_MAX - 1] + "…"
        bar = SongBar(self.progress, shown, self._now_s)
        self._bars.append(bar)
        return bar

    def silence(self, is_silent: bool) -> None:
        """Show that the gateway owes an answer, or has given it."""
        for bar in self._bars:
            bar.silence(is_silent)

    @property
    def some_sent(self) -> bool:
        """Whether an upload has begun."""
        return any(bar.is_sent for bar in self._bars)

    @property
    def some_at_server(self) -> bool:
        """Whether a song is whole at the server, and not yet fetched."""
        return any(bar.is_at_server for bar in self._bars)


class SongBar:
    """How far one song is."""

    def __init__(self, progress: Progress, name: str, now_s: Clock) -> None:
        """Starts at nothing."""
        self._progress = progress
        self._name = name
        self._now_s = now_s
        self._task = progress.add_task(name, total=100, detail="waiting", share="0%")
        self._percent = 0.0
        self._detail = "waiting"
        self._is_silent = False
        self._is_over = False
        self._lines = 0
        """Printed so far, where there is no terminal to draw a bar in: one for each tenth of the way."""
        self._separating_since_s: float | None = None
        self._end_s: float | None = None
        self.is_sent = False
        self.is_at_server = False

    @property
    def percent(self) -> float:
        """Of the whole way."""
        return self._percent

    @property
    def detail(self) -> str:
        """What is happening."""
        return self._detail

    def uploading(self, share: float) -> None:
        """`share` of the file, 0 to 1, is at the server."""
        self.is_sent = True
        self._show(_UPLOADED * share, "uploading")

    def looking(self) -> None:
        """The upload is whole."""
        self.is_sent = self.is_at_server = True
        self._show(_UPLOADED, "looking into it")

    def separating(self, event: Json) -> None:
        """Progress as the gateway tells it."""
        self.is_sent = self.is_at_server = True
        share = float(event.get("percent") or 0) / 100
        self._show(_UPLOADED + (_SEPARATED - _UPLOADED) * share, self._said(event))

    def downloading(self, stem: str, share: float) -> None:
        """`share` of all that is wanted is on the disk."""
        self._show(_SEPARATED + (100 - _SEPARATED) * share, f"downloading {stem}")

    def done(self) -> None:
        """Everything is on the disk."""
        self.is_at_server = False
        self._is_over = True
        self._percent, self._detail = 100.0, "done"
        self._update()

    def failed(self) -> None:
        """It goes no further."""
        self.is_at_server = False
        self._is_over = True
        self._detail = "failed"
        self._update()
        self._progress.stop_task(self._task)

    def silence(self, is_silent: bool) -> None:
        """Whether an answer is owed."""
        self._is_silent = is_silent
        self._update()

    def _said(self, event: Json) -> str:
        ahead, eta_s = event.get("jobs_ahead"), event.get("eta_s")
        if event.get("state") == "checking":
            return "looking into it"
        if ahead:
            return f"waiting, {ahead} before it"
        now_s = self._now_s()
        if self._separating_since_s is None:
            self._separating_since_s = now_s
        if not isinstance(eta_s, int | float):
            return "separating"
        end_s = now_s + eta_s
        self._end_s = end_s if self._end_s is None else self._end_s + _SMOOTHING * (end_s - self._end_s)
        if now_s - self._separating_since_s < _SETTLING_S:
            return "separating"
        return f"separating, {_spoken(self._end_s - now_s)}"

    def _show(self, percent: float, detail: str) -> None:
        self._percent = max(self._percent, min(percent, _UNFINISHED))
        self._detail = detail
        self._update()

    def _update(self) -> None:
        detail = WAITING if self._is_silent and not self._is_over else self._detail
        share = f"{math.floor(self._percent)}%"
        self._progress.update(self._task, completed=self._percent, detail=detail, share=share)
        if not self._progress.console.is_terminal and not self._is_over and self._percent >= 10 * self._lines:
            self._lines = math.floor(self._percent / 10) + 1
            self._progress.console.print(f"{self._name}: {share}, {detail}", markup=False, highlight=False)


def _spoken(left_s: float) -> str:
    if left_s < _ALMOST_S:
        return "almost done"
    if left_s < 60:
        return f"about {math.ceil(left_s)} s left"
    return f"about {math.ceil(left_s / 60)} min left"
