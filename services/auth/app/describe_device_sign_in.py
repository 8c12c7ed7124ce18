"""A person looks at what they are about to approve."""

from __future__ import annotations

import dataclasses

from services.auth.app.ports import Ports, Work
from services.auth.domain.device import DeviceSignIn, plain_user_code
from services.auth.domain.errors import AccountNotFound, DeviceCodeNotFound
from services.auth.domain.identifiers import fingerprint


async def describe_device_sign_in(ports: Ports, user_id: str, user_code: str) -> DeviceSignIn:
    """What waits behind a code, for this person alone from now on. Raises DeviceCodeNotFound and AccountNotFound.

    The same DeviceCodeNotFound for one that never was, has expired, was answered, or is another's.
    """
    async with ports.store.transaction() as work:
        # The account first, as wherever both are held.
        if await work.accounts.locked(user_id) is None:
            raise AccountNotFound
        sign_in = await waiting(ports, work, user_id, user_code)
        await work.device_sign_ins.change(dataclasses.replace(sign_in, user_id=user_id))
        return sign_in


async def waiting(ports: Ports, work: Work, user_id: str, user_code: str) -> DeviceSignIn:
    """The same, locked within the caller's work, which holds the account."""
    plain = plain_user_code(user_code)
    found = await work.device_sign_ins.of_user_code(fingerprint(plain)) if plain else None
    if found is None or found.approved is not None or not found.is_live(ports.clock.now()):
        raise DeviceCodeNotFound
    if found.user_id not in (None, user_id):
        raise DeviceCodeNotFound
    return found
