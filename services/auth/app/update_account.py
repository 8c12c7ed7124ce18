"""Change what a person may change of their account."""

from __future__ import annotations

from services.auth.app.get_account import get_account
from services.auth.app.ports import Ports
from services.auth.domain.account import Account, clean_display_name
from services.auth.domain.errors import AccountNotFound


async def update_account(ports: Ports, user_id: str, display_name: str | None) -> Account:
    """The account after the change; None leaves the name. Raises AccountNotFound or DisplayNameTooLong."""
    if display_name is None:
        return await get_account(ports, user_id)
    name = clean_display_name(display_name)
    async with ports.store.transaction() as work:
        account = await work.accounts.rename(user_id, name)
    if account is None:
        raise AccountNotFound
    return account
