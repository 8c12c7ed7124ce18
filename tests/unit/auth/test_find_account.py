"""Looking an account up for an operator."""

from __future__ import annotations

import pytest

from services.auth.app.create_sign_in_link import create_sign_in_link
from services.auth.app.find_account import find_account
from services.auth.domain.errors import AccountNotFound, InvalidEmail
from tests.unit.auth.fakes import World


async def test_an_account_is_found_by_its_address_and_not_entered() -> None:
    """Whose an address is, is told in any spelling; no code is made, and no account where there was none."""
    world = World()
    made = await create_sign_in_link(world.ports, "ada@example.org", confirms_age=True)
    before = len(world.store.rows.links), len(world.store.rows.accounts)
    assert await find_account(world.ports, " Ada@Example.org ") == made.user_id
    with pytest.raises(AccountNotFound):
        await find_account(world.ports, "bob@example.org")
    with pytest.raises(InvalidEmail):
        await find_account(world.ports, "bob")
    assert (len(world.store.rows.links), len(world.store.rows.accounts)) == before


async def test_an_identifier_is_somebodys_or_nobodys() -> None:
    """Whose erasure is asked for is looked up by the identifier alone; a closed account is nobody's any more."""
    world = World()
    made = await create_sign_in_link(world.ports, "ada@example.org", confirms_age=True)
    assert await find_account(world.ports, user_id=made.user_id) == made.user_id
    with pytest.raises(AccountNotFound):
        await find_account(world.ports, user_id=f"usr_{'0' * 32}")
    async with world.store.transaction() as work:
        await work.accounts.close(made.user_id, world.clock.now())
    with pytest.raises(AccountNotFound):
        await find_account(world.ports, user_id=made.user_id)
