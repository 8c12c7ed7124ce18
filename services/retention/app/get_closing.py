"""Whether a person's account is to be closed."""

from __future__ import annotations

from services.retention.app.closing_ports import ClosingPorts
from services.retention.app.request_erasure import require_person
from services.retention.domain.account_closing import Closing, State


async def get_closing(ports: ClosingPorts, user_id: str) -> tuple[Closing, State] | None:
    """The one that waits or has begun. Raises IdentifierMissing and IdentifierUnknown."""
    require_person(user_id)
    async with ports.closings.transaction() as work:
        closing, erasure = await work.closing(user_id), await work.get(user_id)
    if closing is None or closing.withdrawn_at is not None:
        return None
    closing = closing.beside(erasure)
    return closing, closing.state(erasure)
