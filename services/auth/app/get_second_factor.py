"""What a person has besides their password."""

from __future__ import annotations

import dataclasses
import datetime

from services.auth.app.ports import Ports
from services.auth.domain.errors import AccountNotFound


@dataclasses.dataclass(frozen=True)
class FactorState:
    """A person's second factor as they see it."""

    set_at: datetime.datetime | None
    recovery_codes_left: int
    is_offered: bool
    """Whether they sign in by password, which is what it goes with."""


async def get_second_factor(ports: Ports, user_id: str) -> FactorState:
    """Raises AccountNotFound."""
    async with ports.store.transaction() as work:
        account = await work.accounts.get(user_id)
        if account is None:
            raise AccountNotFound
        factor = await work.second_factors.get(user_id)
        set_at = factor.set_at if factor is not None else None
        left = await work.second_factors.recovery_codes_left(user_id) if set_at is not None else 0
        return FactorState(set_at, left, account.password_hash is not None)
