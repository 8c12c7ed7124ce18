"""Percent, seconds, ends."""

from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from services.gateway.domain.progress import Progress

STATES = st.sampled_from(["checking", "separating", "ready", "failed", "cancelled"])


@given(state=STATES, committed=st.integers(0, 10**9), total=st.integers(0, 10**9), rate=st.integers(0, 384_000))
def test_a_hundred_percent_means_ready(state: str, committed: int, total: int, rate: int) -> None:
    """Percent lies in 0..100, is 100 for a ready track alone, and never exceeds what is committed."""
    progress = Progress(state, committed, total, rate, 0)
    assert 0 <= progress.percent <= 100
    assert (progress.percent == 100) is (state == "ready")
    if state != "ready" and total:
        assert progress.percent <= 100 * committed / total + 0.005
    assert progress.playable_s >= 0
    assert progress.is_terminal is (state in ("ready", "failed", "cancelled"))


def test_an_unknown_length_is_told_as_unknown() -> None:
    """Before the length is known there is no duration and no percent."""
    progress = Progress("checking", 0, 0, 0, 0)
    assert (progress.percent, progress.duration_s, progress.playable_s) == (0.0, None, 0.0)
