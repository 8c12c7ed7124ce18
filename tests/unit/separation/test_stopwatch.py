"""How a worker's seconds are counted."""

from __future__ import annotations

from services.separation.app.stopwatch import Stopwatch


def test_overlapping_work_counts_once() -> None:
    """Busy seconds are those in which anything goes on; laps add up to the whole, also across a lap in mid-work."""
    now = [100.0]
    watch = Stopwatch(lambda: now[0])
    now[0] = 101.0
    with watch.busy():
        now[0] = 102.0
        with watch.busy():
            now[0] = 104.0
        now[0] = 105.0
        assert watch.lap() == (4.0, 5.0)
        now[0] = 107.0
    now[0] = 110.0
    assert watch.lap() == (2.0, 5.0)
    assert watch.lap() == (0.0, 0.0)


def test_what_the_engine_tells_counts_in_place_of_waiting_for_it() -> None:
    """Once seconds of work are told, these are added up, whatever queue the work stood in; laps sum to the whole."""
    now = [100.0]
    watch = Stopwatch(lambda: now[0])
    with watch.busy():
        now[0] = 150.0
        watch.spent(1.5)
    with watch.busy():
        watch.spent(2.0)
        now[0] = 160.0
        assert watch.lap() == (3.5, 60.0)
        watch.spent(0.25)
    assert watch.lap() == (0.25, 0.0)
    assert watch.lap() == (0.0, 0.0)
