"""A person looks at their passkeys."""

from __future__ import annotations

from services.auth.app.passkey_ports import Passkeys
from services.auth.domain.passkey import Passkey


async def list_passkeys(passkeys: Passkeys, user_id: str) -> tuple[list[Passkey], bool]:
    """All of theirs, newest first, and whether this person can have any here."""
    async with passkeys.ports.store.transaction() as work:
        found = await work.passkeys.of_person(user_id)
        is_elsewhere = await work.passkeys.is_of_issuer(user_id, passkeys.issuer)
    return found, passkeys.authenticators is not None and not is_elsewhere
