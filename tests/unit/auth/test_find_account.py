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
    made = await create_sign_in_link(world.ports, "ada@example.org")
    before = len(world.store.rows.links), len(world.store.rows.accounts)
    assert await find_account(world.ports, " Ada@Example.org ") == made.user_id
    with pytest.raises(AccountNotFound):
        await find_account(world.ports, "bob@example.org")
    with pytest.raises(InvalidEmail):
        await find_account(world.ports, "bob")
    assert (len(world.store.rows.links), len(world.store.rows.accounts)) == before
