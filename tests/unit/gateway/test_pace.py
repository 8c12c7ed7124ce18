"""Token buckets."""

from __future__ import annotations

import math

from hypothesis import given, settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, invariant, precondition, rule

from services.gateway.domain.pace import Buckets, Pace

PER_S = st.floats(0.1, 100)
BURST = st.integers(1, 50)


@given(
    per_s=PER_S,
    burst=BURST,
    gaps=st.lists(st.floats(0, 5), min_size=1, max_size=200),
)
def test_no_window_lets_more_through_than_promised(per_s: float, burst: int, gaps: list[float]) -> None:
    """In any stretch of time at most burst plus rate times length requests pass."""
    buckets, now, passed = Buckets(Pace(per_s, burst)), 0.0, []
    for gap in gaps:
        now += gap
        if buckets.take("key", now).wait_s == 0:
            passed.append(now)
    for first, start in enumerate(passed):
        for last in range(first, len(passed)):
            assert last - first + 1 <= burst + (passed[last] - start) * per_s + 1e-6


@given(per_s=PER_S, burst=BURST)
def test_the_wait_that_is_told_is_enough(per_s: float, burst: int) -> None:
    """Whoever waits as told is let in."""
    buckets = Buckets(Pace(per_s, burst))
    assert [buckets.take("key", 0.0).wait_s for _ in range(burst)] == [0.0] * burst
    wait_s = buckets.take("key", 0.0).wait_s
    assert wait_s > 0
    assert buckets.take("key", wait_s).wait_s == 0


@given(per_s=PER_S, burst=BURST, gaps=st.lists(st.floats(0, 5), min_size=1, max_size=50))
def test_what_is_told_to_be_left_is_there(per_s: float, burst: int, gaps: list[float]) -> None:
    """As many requests pass at once as were told to be left and no more, and one more after the time told for it."""
    buckets, now = Buckets(Pace(per_s, burst)), sum(gaps)
    for number in range(1, len(gaps)):
        buckets.take("key", sum(gaps[:number]))
    standing = buckets.take("key", now)
    assert 0 <= standing.left < burst
    assert (standing.wait_s > 0) <= (standing.left == 0)
    assert [buckets.take("key", now).wait_s for _ in range(standing.left)] == [0.0] * standing.left
    assert buckets.take("key", now).wait_s > 0
    assert buckets.take("key", now + standing.next_s + 1e-6).wait_s == 0


@given(per_s=PER_S, burst=BURST)
def test_a_window_renews_the_whole_quota(per_s: float, burst: int) -> None:
    """Whoever used everything has it again after the window that the policy tells, in whole seconds."""
    pace = Pace(per_s, burst)
    buckets = Buckets(pace)
    for _ in range(burst):
        buckets.take("key", 0.0)
    assert [buckets.take("key", float(pace.window_s)).wait_s for _ in range(burst)] == [0.0] * burst
    assert pace.window_s - 1 < max(1, burst / per_s) <= pace.window_s


class ManyKeys(RuleBasedStateMachine):
    """Any number of keys, known and new, against a plain count of what each was given."""

    KEYS_MAX = 8
    PACE = Pace(2.0, 3)

    def __init__(self) -> None:
        super().__init__()
        self.buckets = Buckets(self.PACE, keys_max=self.KEYS_MAX)
        self.now_s = 0.0
        self.given: dict[str, list[float]] = {}

    @rule(key=st.sampled_from("abc"))
    def take(self, key: str) -> None:
        """A key that comes again and again, so that it is never the least recently used of many."""
        if self.buckets.take(key, self.now_s).wait_s == 0:
            self.given.setdefault(key, []).append(self.now_s)

    @rule(number=st.integers(0, 10**6))
    def stray(self, number: int) -> None:
        """One of an attacker's many addresses."""
        for key in "abc":
            self.take(key)
        self.buckets.take(f"stray {number}", self.now_s)

    @precondition(lambda self: self.now_s < 60)
    @rule(gap=st.floats(0, 3))
    def wait(self, gap: float) -> None:
        """Time goes on."""
        self.now_s += gap

    @invariant()
    def memory_is_bounded(self) -> None:
        """No more buckets than were allowed."""
        assert len(self.buckets) <= self.KEYS_MAX

    @invariant()
    def nobody_had_too_much(self) -> None:
        """What a key was given from any moment on is within its pace."""
        for moments in self.given.values():
            for at, start in enumerate(moments):
                most = self.PACE.burst + math.floor((self.now_s - start) * self.PACE.per_s + 1e-6)
                assert len(moments) - at <= most


TestManyKeys = ManyKeys.TestCase
TestManyKeys.settings = settings(max_examples=40, stateful_step_count=30)


def test_keys_do_not_share_and_are_bounded() -> None:
    """One key's haste costs another nothing, and old keys are forgotten."""
    buckets = Buckets(Pace(1, 1), keys_max=2)
    assert buckets.take("a", 0.0).wait_s == 0
    assert buckets.take("a", 0.0).wait_s > 0
    assert buckets.take("b", 0.0).wait_s == 0
    assert buckets.take("c", 0.0).wait_s == 0
    assert len(buckets) == 2
