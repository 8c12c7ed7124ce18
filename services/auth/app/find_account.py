"""Look an account up by its address or its identifier."""

from __future__ import annotations

from services.auth.app.ports import Ports
from services.auth.domain.email_address import parse_email
from services.auth.domain.errors import AccountNotFound


async def find_account(ports: Ports, email: str = "", user_id: str = "") -> str:
    """Its user id; `email` is not asked for beside one. Raises InvalidEmail and AccountNotFound."""
    address = None if user_id else parse_email(email)
    async with ports.store.transaction() as work:
        account = await (work.accounts.of_email(address.key) if address else work.accounts.get(user_id))
    if account is None:
        raise AccountNotFound
    return account.user_id
