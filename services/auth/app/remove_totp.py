"""Take a person's second factor away."""

from __future__ import annotations

from services.auth.app.ports import Ports
from services.auth.app.write_mail import write_mail
from services.auth.domain.errors import AccountNotFound
from services.auth.domain.mail import Occasion


async def remove_totp(ports: Ports, user_id: str, language: str) -> None:
    """With its recovery codes, and tell them by mail; nothing where there is none. Raises AccountNotFound."""
    async with ports.store.transaction() as work:
        account = await work.accounts.locked(user_id)
        if account is None:
            raise AccountNotFound
        factor = await work.second_factors.locked(user_id)
        await work.second_factors.remove(user_id)
        if factor is not None and factor.set_at is not None:
            await write_mail(
                ports, work, Occasion.FACTOR_REMOVED, account.email.typed, language, user_id=account.user_id
            )
