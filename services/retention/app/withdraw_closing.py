"""A person keeps their account after all."""

from __future__ import annotations

from services.retention.app.closing_ports import ClosingPorts
from services.retention.app.request_erasure import require_person
from services.retention.domain.facts import AccountClosingWithdrawn


async def withdraw_closing(ports: ClosingPorts, user_id: str) -> None:
    """Take it back while it waits. Idempotent. Raises IdentifierMissing, IdentifierUnknown and ClosingBegun."""
    require_person(user_id)
    now = ports.clock.now()
    async with ports.closings.transaction() as work:
        # Locked: who begins the erasure in this moment has committed, or finds it taken back.
        known = await work.locked_closing(user_id)
        if known is None or known.withdrawn_at is not None:
            return
        await work.save_closing(known.beside(await work.get(user_id)).withdrawn(now))
        await work.publish(AccountClosingWithdrawn(user_id, now))
