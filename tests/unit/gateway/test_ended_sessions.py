"""How long an ended session is remembered."""

from __future__ import annotations

import datetime

from hypothesis import given
from hypothesis import strategies as st

from services.gateway.domain.ended_sessions import KEPT_BEYOND, EndedSessions

NOW = datetime.datetime(2030, 1, 1, tzinfo=datetime.UTC)
LIFE = datetime.timedelta(minutes=10)
SECOND = datetime.timedelta(seconds=1)


def test_a_session_is_remembered_as_long_as_its_tokens_live() -> None:
    """It is known until its last token has run out by either clock, and then forgotten."""
    ended = EndedSessions()
    ended.note("ses_a", NOW + LIFE, NOW)
    ended.note("ses_b", NOW + 2 * LIFE, NOW + LIFE + KEPT_BEYOND - SECOND)
    assert "ses_a" in ended
    ended.note("ses_b", NOW + 2 * LIFE, NOW + LIFE + KEPT_BEYOND)
    assert ("ses_a" in ended, "ses_b" in ended) == (False, True)


def test_what_is_over_is_not_taken_in() -> None:
    """An end that is told after its tokens have run out takes no room."""
    ended = EndedSessions()
    ended.note("ses_a", NOW, NOW + KEPT_BEYOND)
    assert len(ended) == 0


@given(st.lists(st.tuples(st.integers(0, 30), st.integers(0, 120)), max_size=60))
def test_no_living_end_is_forgotten_and_room_is_bounded(told: list[tuple[int, int]]) -> None:
    """Whatever comes in whatever order: nobody whose tokens live is forgotten, and no more than were told are kept."""
    ended, until = EndedSessions(), dict[str, datetime.datetime]()
    for name, minutes in told:
        now = NOW + datetime.timedelta(minutes=minutes)
        until.setdefault(f"ses_{name}", now + LIFE)
        ended.note(f"ses_{name}", now + LIFE, now)
    assert len(ended) <= len(until)
    small = EndedSessions(sessions_max=3)
    for number in range(10):
        small.note(f"ses_{number}", NOW + LIFE, NOW)
    assert [f"ses_{number}" in small for number in range(10)] == [False] * 7 + [True] * 3
