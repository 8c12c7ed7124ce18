"""A person approves a program, or refuses it."""

from __future__ import annotations

import dataclasses

from services.auth.app.describe_device_sign_in import waiting
from services.auth.app.ports import Ports
from services.auth.domain.errors import AccountNotFound


async def answer_device_sign_in(ports: Ports, user_id: str, user_code: str, *, approve: bool) -> None:
    """Answer once: of two answers the first stands. Raises DeviceCodeNotFound and AccountNotFound."""
    async with ports.store.transaction() as work:
        # The account first, as wherever both are held.
        if await work.accounts.locked(user_id) is None:
            raise AccountNotFound
        sign_in = await waiting(ports, work, user_id, user_code)
        await work.device_sign_ins.change(dataclasses.replace(sign_in, user_id=user_id, approved=approve))
