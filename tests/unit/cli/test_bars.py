"""The bars of songs."""

from __future__ import annotations

import io

import pytest
from hypothesis import given
from hypothesis import strategies as st
from rich.console import Console

from cli.bars import WAITING, SongBar, SongBars


class Hand:
    """A clock that is turned by hand."""

    def __init__(self) -> None:
        self.now_s = 100.0

    def __call__(self) -> float:
        return self.now_s


def new_bar(clock: Hand | None = None) -> SongBar:
    return SongBars(Console(file=io.StringIO()), clock or Hand()).add("song.wav")


STEPS = st.one_of(
    st.tuples(st.just("upload"), st.floats(0, 1)),
    st.tuples(st.just("look"), st.just(0.0)),
    st.tuples(st.just("separate"), st.floats(0, 1)),
    st.tuples(st.just("download"), st.floats(0, 1)),
)


def take(bar: SongBar, step: tuple[str, float]) -> None:
    what, share = step
    match what:
        case "upload":
            bar.uploading(share)
        case "look":
            bar.looking()
        case "separate":
            bar.separating({"state": "separating", "percent": 100 * share})
        case _:
            bar.downloading("vocals", share)


@given(st.lists(STEPS))
def test_a_bar_never_goes_back_and_is_full_only_at_the_end(steps: list[tuple[str, float]]) -> None:
    """Whatever happens in whatever order, the percentage does not fall, and only a finished song has 100."""
    bar = new_bar()
    seen = [bar.percent]
    for step in steps:
        take(bar, step)
        seen.append(bar.percent)
    assert seen == sorted(seen)
    assert seen[-1] < 100
    bar.done()
    assert bar.percent == 100


def test_a_failed_bar_stays_where_it_was() -> None:
    """A song that fails does not look finished."""
    bar = new_bar()
    bar.separating({"state": "separating", "percent": 100})
    bar.failed()
    assert bar.detail == "failed"
    assert bar.percent < 100


def test_the_time_left_is_told_when_it_has_settled() -> None:
    """No guess in the first two seconds, then a smoothed one, and never none at all."""
    clock = Hand()
    bar = new_bar(clock)
    event = {"state": "separating", "percent": 1, "eta_s": 900.0}
    bar.separating(event)
    assert bar.detail == "separating"
    clock.now_s += 2
    bar.separating(event | {"eta_s": 20.0})
    assert bar.detail == "separating, about 11 min left"
    for _ in range(40):
        bar.separating(event | {"eta_s": 20.0})
    assert bar.detail == "separating, about 21 s left"
    for _ in range(40):
        bar.separating(event | {"eta_s": 0.0})
    assert bar.detail == "separating, almost done"


@pytest.mark.parametrize(("event", "told"), [({"jobs_ahead": 3}, "waiting, 3 before it"), ({}, "separating")])
def test_a_bar_says_what_is_waited_for(event: dict[str, object], told: str) -> None:
    """Waiting behind others is not called separating; a time that is not known is not told."""
    bar = new_bar()
    bar.separating({"state": "separating", "percent": 0} | event)
    assert bar.detail == told


def test_an_overdue_answer_is_shown_until_it_comes() -> None:
    """The line says that an answer is waited for, and then again what is going on."""
    written = io.StringIO()
    bars = SongBars(Console(file=written, width=160))
    bar = bars.add("song.wav")
    bar.uploading(0.5)
    bars.silence(True)
    bars.progress.console.print(bars.progress.get_renderable())
    assert WAITING in written.getvalue()
    written.truncate(0)
    bars.silence(False)
    bars.progress.console.print(bars.progress.get_renderable())
    assert WAITING not in written.getvalue()
    assert "uploading" in written.getvalue()


def test_without_a_terminal_progress_is_lines() -> None:
    """In a file or a pipe each tenth of the way is one line with percent and time left, and none comes twice."""
    written = io.StringIO()
    clock = Hand()
    bar = SongBars(Console(file=written, width=160), clock).add("song.wav")
    bar.separating({"state": "separating", "percent": 0, "eta_s": 20.0})
    clock.now_s += 3
    for percent in (1, 30, 31, 60, 61, 100):
        bar.separating({"state": "separating", "percent": percent, "eta_s": 17.0})
    bar.done()
    assert written.getvalue().splitlines() == [
        "song.wav: 10%, separating",
        "song.wav: 34%, separating, about 17 s left",
        "song.wav: 58%, separating, about 17 s left",
        "song.wav: 90%, separating, about 17 s left",
    ]
