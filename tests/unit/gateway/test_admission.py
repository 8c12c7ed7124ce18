"""Whom a request is counted against."""

from __future__ import annotations

import datetime

import pytest
from starlette.requests import Request

from services.gateway.api.admission import Admission, Paces
from services.gateway.api.problems import Refused
from services.gateway.domain.identity import Identity
from services.gateway.domain.pace import Pace
from services.gateway.domain.sign_in_tries import Patience

LATER = datetime.datetime(2100, 1, 1, tzinfo=datetime.UTC)


class NoTokens:
    """Nobody is asked who is calling."""

    async def verify(self, token: str) -> Identity:
        raise AssertionError(token)


def _admission(burst: int) -> Admission:
    pace = Pace(0.01, burst)
    return Admission(NoTokens(), Paces(pace, pace, at_once_per_user=1, tries=Patience(5, 1.0, 300.0)))


def _paced(admission: Admission, user_id: str, key_id: str = "") -> dict[str, str]:
    """The headers of an answer to this caller. Raises Refused."""
    request = Request({"type": "http", "headers": [], "state": {"headers": {}}})
    admission.pace_person(request, Identity(user_id, "ses_1", LATER, key_id))
    headers: dict[str, str] = request.scope["state"]["headers"]
    return headers


async def test_a_key_is_counted_beside_its_person() -> None:
    """Each key has a pace of its own, and no number of keys gives a person more than theirs."""
    admission = _admission(3)
    told = _paced(admission, "usr_1", "key_1")
    assert told["RateLimit-Policy"] == '"key";q=3;w=300, "person";q=3;w=300'
    assert told["RateLimit"] == '"key";r=2;t=100, "person";r=2;t=100'
    _paced(admission, "usr_1", "key_2")
    assert '"person";r=0' in _paced(admission, "usr_1")["RateLimit"]
    with pytest.raises(Refused):
        _paced(admission, "usr_1", "key_3")
    assert '"person";r=2' in _paced(admission, "usr_2", "key_4")["RateLimit"]


async def test_a_session_has_no_key() -> None:
    """Who calls without a key is told of no policy for one."""
    assert _paced(_admission(3), "usr_1")["RateLimit-Policy"] == '"person";q=3;w=300'
