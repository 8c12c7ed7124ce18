"""Token buckets."""

from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from services.gateway.domain.pace import Buckets, Pace


@given(
    per_s=st.floats(0.1, 100),
    burst=st.integers(1, 50),
    gaps=st.lists(st.floats(0, 5), min_size=1, max_size=200),
)
def test_no_window_lets_more_through_than_promised(per_s: float, burst: int, gaps: list[float]) -> None:
    """In any stretch of time at most burst plus rate times length requests pass."""
    buckets, now, passed = Buckets(Pace(per_s, burst)), 0.0, []
    for gap in gaps:
        now += gap
        if buckets.take("key", now) == 0:
            passed.append(now)
    for first, start in enumerate(passed):
        for last in range(first, len(passed)):
            assert last - first + 1 <= burst + (passed[last] - start) * per_s + 1e-6


@given(per_s=st.floats(0.1, 100), burst=st.integers(1, 50))
def test_the_wait_that_is_told_is_enough(per_s: float, burst: int) -> None:
    """Whoever waits as told is let in."""
    buckets = Buckets(Pace(per_s, burst))
    assert [buckets.take("key", 0.0) for _ in range(burst)] == [0.0] * burst
    wait_s = buckets.take("key", 0.0)
    assert wait_s > 0
    assert buckets.take("key", wait_s) == 0


def test_keys_do_not_share_and_are_bounded() -> None:
    """One key's haste costs another nothing, and old keys are forgotten."""
    buckets = Buckets(Pace(1, 1), keys_max=2)
    assert buckets.take("a", 0.0) == 0
    assert buckets.take("a", 0.0) > 0
    assert buckets.take("b", 0.0) == 0
    assert buckets.take("c", 0.0) == 0
    assert len(buckets._levels) == 2
