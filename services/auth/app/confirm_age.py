"""Note that somebody is old enough, who was not asked when their account was made."""

from __future__ import annotations

from services.auth.app.ports import Ports
from services.auth.domain.account import Account
from services.auth.domain.errors import AccountNotFound, AgeNotConfirmed


async def confirm_age(ports: Ports, user_id: str, *, confirms_age: bool) -> Account:
    """The account, with when they first said so. Raises AgeNotConfirmed where they do not, or AccountNotFound."""
    if not confirms_age:
        raise AgeNotConfirmed
    async with ports.store.transaction() as work:
        account = await work.accounts.confirm_age(user_id, ports.clock.now())
    if account is None:
        raise AccountNotFound
    return account
