"""A person calls a passkey something else."""

from __future__ import annotations

from services.auth.app.passkey_ports import Passkeys
from services.auth.domain.errors import PasskeyNotFound
from services.auth.domain.passkey import Passkey, clean_passkey_name


async def rename_passkey(passkeys: Passkeys, user_id: str, passkey_id: str, name: str) -> Passkey:
    """The passkey under its new name. Raises PasskeyNameInvalid and PasskeyNotFound."""
    cleaned = clean_passkey_name(name)
    async with passkeys.ports.store.transaction() as work:
        passkey = await work.passkeys.rename(user_id, passkey_id, cleaned)
    if passkey is None:
        raise PasskeyNotFound
    return passkey
