"""Ending sessions from elsewhere: who may, and what everybody is told."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from services.auth.app.end_other_sessions import end_other_sessions
from services.auth.app.end_session import end_session
from services.auth.app.list_ended_sessions import list_ended_sessions
from services.auth.app.list_sessions import list_sessions
from services.auth.app.refresh_session import refresh_session
from services.auth.app.sign_in import sign_in
from services.auth.app.sign_out import sign_out
from services.auth.domain.errors import RefreshTokenReused, SessionNotFound
from services.auth.domain.facts import SessionEnded
from services.auth.domain.session import DEVICE_CHARACTERS_MAX, clean_device
from tests.unit.auth.fakes import LIVES, World
from tests.unit.auth.signing_up import sign_up

EMAIL, PASSWORD = "ada@example.org", "a long enough secret"


def told(world: World) -> list[SessionEnded]:
    return [fact for fact in world.store.rows.facts if isinstance(fact, SessionEnded)]


async def test_a_session_is_listed_as_what_its_owner_knows() -> None:
    """Each sign-in is a session of its own, listed with its device, the last used first."""
    world = World()
    account, _ = await sign_up(world.ports, EMAIL, PASSWORD, "", "Firefox, Linux")
    world.clock.advance(hours=1)
    await sign_in(world.ports, EMAIL, PASSWORD, "Safari, iPhone")
    sessions = await list_sessions(world.ports, account.user_id)
    assert [session.device for session in sessions] == ["Safari, iPhone", "Firefox, Linux"]
    assert await list_sessions(world.ports, "usr_nobody") == []


async def test_every_end_is_told_once() -> None:
    """Signing out, replaying a spent token and ending from elsewhere each publish the end, once."""
    world = World()
    account, signed_out = await sign_up(world.ports, EMAIL, PASSWORD, "")
    _, stolen = await sign_in(world.ports, EMAIL, PASSWORD)
    await sign_in(world.ports, EMAIL, PASSWORD)
    await sign_out(world.ports, signed_out.refresh_token)
    await sign_out(world.ports, signed_out.refresh_token)
    await refresh_session(world.ports, stolen.refresh_token)
    with pytest.raises(RefreshTokenReused) as caught:
        await refresh_session(world.ports, stolen.refresh_token)
    (left,) = await list_sessions(world.ports, account.user_id)
    await end_session(world.ports, account.user_id, left.session_id)
    ended = told(world)
    assert len({fact.session_id for fact in ended}) == len(ended) == 3
    assert ended[1].session_id == caught.value.session_id
    assert all(fact.access_until - fact.ended_at == LIVES.access for fact in ended)


async def test_nobody_ends_anothers_session() -> None:
    """Another's session is answered as one that never was, and lives on."""
    world = World()
    ada, _ = await sign_up(world.ports, EMAIL, PASSWORD, "")
    bob, _ = await sign_up(world.ports, "bob@example.org", PASSWORD, "")
    (session,) = await list_sessions(world.ports, ada.user_id)
    for session_id in (session.session_id, "ses_nobody"):
        with pytest.raises(SessionNotFound):
            await end_session(world.ports, bob.user_id, session_id)
        with pytest.raises(SessionNotFound):
            await end_other_sessions(world.ports, bob.user_id, session_id)
    assert await list_sessions(world.ports, ada.user_id) == [session]
    assert len(await list_sessions(world.ports, bob.user_id)) == 1


async def test_all_others_end() -> None:
    """Every session but the one at hand ends, and each end is told."""
    world = World()
    account, _ = await sign_up(world.ports, EMAIL, PASSWORD, "")
    for _ in range(3):
        await sign_in(world.ports, EMAIL, PASSWORD)
    kept = (await list_sessions(world.ports, account.user_id))[0]
    assert await end_other_sessions(world.ports, account.user_id, kept.session_id) == 3
    assert await list_sessions(world.ports, account.user_id) == [kept]
    assert len(told(world)) == 3


async def test_ended_sessions_are_told_while_their_tokens_live() -> None:
    """A session that ended is told until its last access token has run out, or from the moment that is asked for."""
    world = World()
    account, _ = await sign_up(world.ports, EMAIL, PASSWORD, "")
    (session,) = await list_sessions(world.ports, account.user_id)
    ended_at = world.clock.now()
    await end_session(world.ports, account.user_id, session.session_id)
    world.clock.advance(minutes=10)
    ended = await list_ended_sessions(world.ports, None)
    assert ended.access_until == {session.session_id: ended_at + LIVES.access}
    assert ended.read_at == world.clock.now()
    assert not (await list_ended_sessions(world.ports, ended.read_at)).access_until
    world.clock.advance(seconds=1)
    assert not (await list_ended_sessions(world.ports, None)).access_until


@given(st.text(max_size=300))
def test_a_device_is_a_few_visible_words(text: str) -> None:
    """Whatever a caller says, a device is one short line, and cleaning it again changes nothing."""
    device = clean_device(text)
    assert len(device) <= DEVICE_CHARACTERS_MAX
    assert device.isprintable()
    assert device == device.strip() == clean_device(device)
