"""A person is to be erased."""

from __future__ import annotations

import datetime

from services.retention.app.account_ports import AccountPorts
from services.retention.domain.account_erasure import begun


async def request_erasure(ports: AccountPorts, user_id: str, requested_at: datetime.datetime) -> bool:
    """Note it, to be done at once; false when it was noted before. Idempotent, for ever."""
    async with ports.erasures.transaction() as work:
        return await work.add(begun(user_id, requested_at, ports.clock.now()))
