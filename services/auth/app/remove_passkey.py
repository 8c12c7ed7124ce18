"""A person gives a passkey up."""

from __future__ import annotations

from services.auth.app.passkey_ports import Passkeys
from services.auth.app.write_mail import write_mail
from services.auth.domain.errors import PasskeyNotFound
from services.auth.domain.mail import Occasion


async def remove_passkey(passkeys: Passkeys, user_id: str, passkey_id: str, language: str) -> None:
    """It opens nothing from now on, and they are told by mail. Raises PasskeyNotFound."""
    async with passkeys.ports.store.transaction() as work:
        account = await work.accounts.locked(user_id)
        if account is None or not await work.passkeys.remove(user_id, passkey_id):
            raise PasskeyNotFound
        await write_mail(passkeys.ports, work, Occasion.PASSKEY_REMOVED, account.email.typed, language, user_id=user_id)
