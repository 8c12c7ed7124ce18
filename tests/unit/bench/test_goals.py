"""The arithmetic of what `make bench` prints."""

from __future__ import annotations

from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.bench.goals import (
    Goal,
    growth_per_second,
    growth_percent,
    in_turn,
    overhead_percent,
    pace,
    peaks_by_part,
    ratio_of_medians,
)


def test_overhead_is_of_medians() -> None:
    """One slow run on either side moves no overhead."""
    assert overhead_percent([11.0, 11.0, 50.0], [10.0, 10.0, 1.0]) == pytest.approx(10.0)


def test_ratio_of_even_counts() -> None:
    """The median of an even count is the mean of its middle two."""
    assert ratio_of_medians([1.0, 3.0, 100.0, 1.0], [4.0, 4.0]) == pytest.approx(0.5)


def test_pace_is_of_audio_over_clock() -> None:
    """Four minutes in twelve seconds is twenty times real time."""
    assert pace(240.0, 12.0) == 20.0


def test_growth_has_a_sign() -> None:
    """Growth is told against the shorter song, and a longer one that needs less has a negative one."""
    assert growth_percent(200.0, 220.0) == pytest.approx(10.0)
    assert growth_percent(200.0, 190.0) == pytest.approx(-5.0)


def test_growth_per_second_is_a_slope() -> None:
    """600 MB more for 240 s more is 2.5 MB a second, whatever both lengths began with."""
    assert growth_per_second(1500.0, 2100.0, 60.0, 300.0) == pytest.approx(2.5)


@pytest.mark.parametrize(
    ("figure", "is_least", "met"),
    [(15.0, False, True), (15.01, False, False), (15.0, True, True), (14.99, True, False)],
)
def test_a_bound_may_be_reached(figure: float, is_least: bool, met: bool) -> None:
    """A figure at its bound meets the goal, one just beyond it misses it."""
    goal = Goal("it", figure, "%", 15.0, is_least=is_least)
    assert goal.met is met
    assert goal.line().startswith("met" if met else "MISSED")


def test_what_is_no_number_is_missed() -> None:
    """A figure that could not be taken never counts as met."""
    assert not Goal("it", float("nan"), "s", 2.0).met
    assert not Goal("it", float("nan"), "x", 10.0, is_least=True).met


def test_a_line_has_figure_bound_and_doubt() -> None:
    """A goal's line says its figure, its bound, and what makes it doubtful."""
    line = Goal("pace", 12.345, "x", 10.0, is_least=True, note="1 of 4 runs DISTURBED").line()
    assert line == "met     pace: 12.35 x (goal: at least 10 x; 1 of 4 runs DISTURBED)"


@given(rounds=st.integers(1, 50))
def test_neither_side_gains_by_order(rounds: int) -> None:
    """Whoever goes first changes from round to round, so that both do so as often, or one of them once more."""
    order = in_turn(rounds)
    assert [number for number, _ in order] == list(range(1, rounds + 1))
    assert abs(2 * sum(first for _, first in order) - rounds) <= 1
    assert all(before[1] != after[1] for before, after in pairwise(order))


def test_peaks_by_part_see_each_stretch() -> None:
    """Every stretch of a run has its own peak, and one that was not looked into has the one before it."""
    samples = [(0.0, 1.0), (1.0, 5.0), (2.0, 2.0), (9.0, 3.0), (10.0, 4.0)]
    assert peaks_by_part(samples, 5) == [5.0, 2.0, 2.0, 2.0, 4.0]
    assert peaks_by_part([(3.0, 7.0)], 3) == [7.0, 7.0, 7.0]
    assert peaks_by_part([], 3) == []


@given(values=st.lists(st.floats(0, 1e6), min_size=1, max_size=60), parts=st.integers(1, 12))
def test_no_peak_is_lost(values: list[float], parts: int) -> None:
    """The highest of the stretches is the highest of all."""
    peaks = peaks_by_part([(float(at), value) for at, value in enumerate(values)], parts)
    assert len(peaks) == parts
    assert max(peaks) == max(values)
