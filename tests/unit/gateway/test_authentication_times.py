"""When the bearer of a token last showed who they are, of what our own and Clerk's tokens say."""

from __future__ import annotations

import datetime

import pytest
from hypothesis import given
from hypothesis import strategies as st

from services.gateway.api.step_up import FRESH_S, is_fresh
from services.gateway.clients.authentication_times import authenticated_at, factor_verified_at
from services.gateway.domain.identity import Identity

NOW = datetime.datetime(2030, 1, 1, tzinfo=datetime.UTC)
IAT = int(NOW.timestamp())


@pytest.mark.parametrize(
    ("fva", "minutes"),
    [([0, -1], 0), ([7, -1], 7), ([7, 3], 3), ([3, 20], 20), ([-1, 4], 4)],
)
def test_clerks_ages_count_from_the_tokens_making(fva: object, minutes: int) -> None:
    """The second factor's age counts where there is one, and else the first's."""
    assert factor_verified_at({"iat": IAT, "fva": fva}) == NOW - datetime.timedelta(minutes=minutes)


@pytest.mark.parametrize("fva", [None, [], [0], [0, 0, 0], [-1, -1], ["0", "0"], [True, True], "00", [2**60, -1]])
def test_ages_that_say_nothing_prove_nothing(fva: object) -> None:
    """What is absent, or of another shape, is no proof."""
    assert factor_verified_at({"iat": IAT, "fva": fva}) is None


_ANYTHING = st.one_of(
    st.none(), st.booleans(), st.integers(), st.floats(), st.text(max_size=5), st.lists(st.integers())
)


@given(_ANYTHING, _ANYTHING, _ANYTHING)
def test_any_claims_are_read(auth_time: object, iat: object, fva: object) -> None:
    """Whatever a token says, it is read as a moment or as nothing."""
    for found in (authenticated_at({"auth_time": auth_time}), factor_verified_at({"iat": iat, "fva": fva})):
        assert found is None or found.tzinfo is datetime.UTC


def test_fresh_is_ten_minutes() -> None:
    """Up to ten minutes ago counts; later, and nothing, does not."""
    for age_s, is_it in ((0, True), (FRESH_S, True), (FRESH_S + 1, False)):
        at = NOW - datetime.timedelta(seconds=age_s)
        assert is_fresh(Identity("usr_1", "ses_1", NOW, authenticated_at=at), NOW) is is_it
    assert not is_fresh(Identity("usr_1", "ses_1", NOW), NOW)
