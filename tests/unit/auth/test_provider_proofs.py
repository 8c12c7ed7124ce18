"""When a session that a provider opened counts as one in which somebody has just shown who they are."""

from __future__ import annotations

import dataclasses
import datetime

import pytest

from services.auth.app.finish_provider_sign_in import SignedIn
from services.auth.app.list_proofs import list_proofs
from services.auth.domain.identifiers import fingerprint
from services.auth.domain.provider_sign_in import Connecting, told_by
from services.auth.domain.session import Session
from tests.unit.auth.provider_street import ADA, Street

LONG_AGO = datetime.timedelta(hours=5)


@pytest.fixture
def street() -> Street:
    return Street()


async def opened(street: Street, *, again: bool = False) -> Session:
    """The session of whoever the provider names now, an hour after what was before."""
    street.world.clock.advance(hours=1)
    found = await street.finish(await street.arrive(again=again))
    assert isinstance(found, SignedIn)
    rows = street.world.store.rows
    return rows.sessions[rows.tokens[fingerprint(found.tokens.refresh_token)].session_id]


async def test_whom_a_provider_let_in_by_itself_is_not_fresh(street: Street) -> None:
    """Its bare word opens a session and proves nothing of now; it does for an account that was made by it just now."""
    first = await opened(street)
    assert (first.authenticated_at, first.methods) == (street.world.clock.now(), ("provider",))
    again = await opened(street)
    assert (again.authenticated_at, again.methods) == (None, ())


async def test_what_a_provider_tells_of_the_time_is_believed(street: Street) -> None:
    """Somebody whom it asked hours ago is as fresh as that; a time to come is now."""
    await opened(street)
    for ago, known in ((LONG_AGO, LONG_AGO), (-datetime.timedelta(seconds=30), datetime.timedelta())):
        now = street.world.clock.now() + datetime.timedelta(hours=1)
        street.one.told = dataclasses.replace(ADA, authenticated_at=now - ago)
        session = await opened(street)
        assert (session.authenticated_at, session.methods) == (now - known, ("provider",))


async def test_who_has_nothing_else_is_asked_anew_by_the_provider(street: Street) -> None:
    """Where it tells no time, having it ask again counts for them, and for nobody who could show something here."""
    await opened(street)
    account = next(iter(street.world.store.rows.accounts.values()))
    assert await list_proofs(street.world.ports, street.providers, account.user_id) == ("provider",)
    session = await opened(street, again=True)
    assert street.one.asks_anew
    assert (session.authenticated_at, session.methods) == (street.world.clock.now(), ("provider",))

    street.one.told = dataclasses.replace(ADA, subject="subject-2")
    theirs = await street.sign_up("grace@example.org")
    session_id = next(
        each.session_id for each in street.world.store.rows.sessions.values() if each.user_id == theirs.user_id
    )
    await street.connect(Connecting(theirs.user_id, session_id))
    assert await list_proofs(street.world.ports, street.providers, theirs.user_id) == ("password",)
    session = await opened(street, again=True)
    assert (session.user_id, session.authenticated_at) == (theirs.user_id, None)


async def test_who_was_asked_anew_is_as_fresh_as_the_answer(street: Street) -> None:
    """Who came back and left the page open for a while has not shown anything since."""
    await opened(street)
    secret, came_back_at = await street.arrive(again=True), street.world.clock.now()
    street.world.clock.advance(minutes=4)
    found = await street.finish(secret)
    assert isinstance(found, SignedIn)
    rows = street.world.store.rows
    session = rows.sessions[rows.tokens[fingerprint(found.tokens.refresh_token)].session_id]
    assert session.authenticated_at == came_back_at


@pytest.mark.parametrize("value", [None, True, "1893456000", -1, 2**60, 1893456000.5])
def test_what_is_no_time_is_none(value: object) -> None:
    """A claim that cannot be read says nothing, and fails nothing."""
    assert told_by({"sub": "1", "auth_time": value}).authenticated_at is None
    good = told_by({"sub": "1", "auth_time": 1893456000}).authenticated_at
    assert good == datetime.datetime(2030, 1, 1, tzinfo=datetime.UTC)
