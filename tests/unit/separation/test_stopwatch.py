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
