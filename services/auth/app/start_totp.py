"""Make a secret for a person's authenticator."""

from __future__ import annotations

from services.auth.app.ports import Ports
from services.auth.domain.errors import AccountNotFound, PasswordMissing, SecondFactorSet
from services.auth.domain.second_factor import SecondFactor


async def start_totp(ports: Ports, user_id: str) -> tuple[str, str, list[str]]:
    """The secret in base 32, as a URI, and as a QR code's rows; in force once `confirm_totp` was shown a code of it.

    Raises AccountNotFound; PasswordMissing where nobody signs in by password, which is what the factor goes with; and
    SecondFactorSet.
    """
    secret = ports.codes.new_secret()
    async with ports.store.transaction() as work:
        # Held, so that of two at once the later secret is the one that counts.
        account = await work.accounts.locked(user_id)
        if account is None:
            raise AccountNotFound
        if account.password_hash is None:
            raise PasswordMissing
        known = await work.second_factors.locked(user_id)
        if known is not None and known.set_at is not None:
            raise SecondFactorSet
        await work.second_factors.put(SecondFactor(user_id, secret))
    return ports.codes.invitation(secret, account.email.typed)
