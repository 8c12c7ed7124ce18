"""Show somebody their account."""

from __future__ import annotations

from services.auth.app.ports import Ports
from services.auth.domain.account import Account
from services.auth.domain.errors import AccountNotFound


async def get_account(ports: Ports, user_id: str) -> Account:
    """The account. Raises AccountNotFound."""
    async with ports.store.transaction() as work:
        account = await work.accounts.get(user_id)
    if account is None:
        raise AccountNotFound
    return account
