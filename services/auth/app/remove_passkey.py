"""A person gives a passkey up."""

from __future__ import annotations

from services.auth.app.passkey_ports import Passkeys
from services.auth.app.provider_ports import Providers
from services.auth.app.ways_in import ways_in
from services.auth.app.write_mail import write_mail
from services.auth.domain.errors import PasskeyNotFound
from services.auth.domain.mail import Occasion
from services.auth.domain.provider_errors import LastWayIn


async def remove_passkey(
    passkeys: Passkeys, providers: Providers, user_id: str, passkey_id: str, language: str
) -> None:
    """It opens nothing from now on, and they are told by mail. Raises PasskeyNotFound, or LastWayIn."""
    ports = passkeys.ports
    async with ports.store.transaction() as work:
        # Locked: of two ways in that go at once, the second finds itself the last.
        account = await work.accounts.locked(user_id)
        if account is None:
            raise PasskeyNotFound
        ways = await ways_in(work, providers, account)
        if not await work.passkeys.remove(user_id, passkey_id):
            raise PasskeyNotFound
        if ways.passkeys and ways.is_one:
            raise LastWayIn
        await write_mail(ports, work, Occasion.PASSKEY_REMOVED, account.email.typed, language, user_id=user_id)
