"""A password that is changed while somebody shows the old one: hashing takes its time, and much can happen in it."""

from __future__ import annotations

from collections.abc import Awaitable, Callable

import pytest

from services.auth.app.change_password import change_password
from services.auth.app.list_sessions import list_sessions
from services.auth.app.request_password_reset import request_password_reset
from services.auth.app.reset_password import reset_password
from services.auth.app.sign_in import sign_in
from services.auth.domain.errors import WrongCredentials, WrongPassword
from tests.unit.auth.fakes import CountingHasher, World
from tests.unit.auth.signing_up import sign_up

EMAIL, PASSWORD, CHOSEN, THIEFS = "ada@example.org", "a long enough secret", "another long secret", "what a thief wants"


class InterruptedHasher(CountingHasher):
    """Does something else once, in the middle of a verification."""

    def __init__(self) -> None:
        super().__init__()
        self.meanwhile: Callable[[], Awaitable[object]] | None = None

    async def verify(self, password_hash: str | None, password: str) -> bool:
        is_right = await super().verify(password_hash, password)
        meanwhile, self.meanwhile = self.meanwhile, None
        if meanwhile is not None:
            await meanwhile()
        return is_right


@pytest.fixture
def hasher() -> InterruptedHasher:
    return InterruptedHasher()


@pytest.fixture
def world(hasher: InterruptedHasher) -> World:
    return World(hasher=hasher, sends_mail=True)


async def _link(world: World) -> str:
    await request_password_reset(world.ports, EMAIL, "en")
    return world.waiting()[-1].text.partition("/#/reset/")[2].split()[0]


async def test_no_session_begins_with_a_password_that_was_changed(world: World, hasher: InterruptedHasher) -> None:
    """A sign-in under way with the old password fails once a new one was chosen: no session outlives a reset."""
    account, _ = await sign_up(world.ports, EMAIL, PASSWORD, "")
    code = await _link(world)
    hasher.meanwhile = lambda: reset_password(world.ports, code, CHOSEN, "en")
    with pytest.raises(WrongCredentials):
        await sign_in(world.ports, EMAIL, PASSWORD)
    assert await list_sessions(world.ports, account.user_id) == []
    await sign_in(world.ports, EMAIL, CHOSEN)


async def test_a_new_hash_of_the_same_password_refuses_nobody(world: World, hasher: InterruptedHasher) -> None:
    """Of two sign-ins at once, of which one hashes the password anew, both succeed."""
    account, _ = await sign_up(world.ports, EMAIL, PASSWORD, "")
    hasher.strength = 2
    hasher.meanwhile = lambda: sign_in(world.ports, EMAIL, PASSWORD)
    await sign_in(world.ports, EMAIL, PASSWORD)
    assert len(await list_sessions(world.ports, account.user_id)) == 3


async def test_a_change_does_not_undo_another(world: World, hasher: InterruptedHasher) -> None:
    """A change under way with the old password does not take the place of what was chosen meanwhile."""
    account, _ = await sign_up(world.ports, EMAIL, PASSWORD, "")
    await sign_in(world.ports, EMAIL, PASSWORD)
    mine, thiefs = await list_sessions(world.ports, account.user_id)
    hasher.meanwhile = lambda: change_password(world.ports, account.user_id, mine.session_id, PASSWORD, CHOSEN, "en")
    with pytest.raises(WrongPassword):
        await change_password(world.ports, account.user_id, thiefs.session_id, PASSWORD, THIEFS, "en")
    assert await list_sessions(world.ports, account.user_id) == [mine]
    await sign_in(world.ports, EMAIL, CHOSEN)
