"""End one of somebody's sessions from another."""

from __future__ import annotations

from services.auth.app.close_session import close_session
from services.auth.app.ports import Ports
from services.auth.domain.errors import SessionNotFound


async def end_session(ports: Ports, user_id: str, session_id: str) -> None:
    """Raises SessionNotFound when it lives no more, or is not theirs."""
    now = ports.clock.now()
    async with ports.store.transaction() as work:
        owner_id = await work.sessions.owner(session_id, now)
        if owner_id != user_id or not await close_session(ports, work, session_id, now):
            raise SessionNotFound
