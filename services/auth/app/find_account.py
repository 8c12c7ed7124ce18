"""Look an account up by its address."""

from __future__ import annotations

from services.auth.app.ports import Ports
from services.auth.domain.email_address import parse_email
from services.auth.domain.errors import AccountNotFound


async def find_account(ports: Ports, email: str) -> str:
    """Its user id. Raises InvalidEmail and AccountNotFound."""
    address = parse_email(email)
    async with ports.store.transaction() as work:
        account = await work.accounts.of_email(address.key)
    if account is None:
        raise AccountNotFound
    return account.user_id
