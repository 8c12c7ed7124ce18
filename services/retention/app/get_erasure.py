"""How far the erasure of a person is."""

from __future__ import annotations

from services.retention.app.account_ports import AccountPorts
from services.retention.app.request_erasure import require_person
from services.retention.domain.account_erasure import AccountErasure


async def get_erasure(ports: AccountPorts, user_id: str) -> AccountErasure | None:
    """As it was kept last; None where nobody ever asked for it. Raises IdentifierMissing and IdentifierUnknown."""
    require_person(user_id)
    async with ports.erasures.transaction() as work:
        return await work.get(user_id)
