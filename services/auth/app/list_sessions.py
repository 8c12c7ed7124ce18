"""Show somebody where they are signed in."""

from __future__ import annotations

from services.auth.app.ports import Ports
from services.auth.domain.session import Session

SESSIONS_MAX = 100
"""A person looks through no more; whoever has more can still end all of them."""


async def list_sessions(ports: Ports, user_id: str) -> list[Session]:
    """Their living sessions, the last used first."""
    async with ports.store.transaction() as work:
        return await work.sessions.living(user_id, ports.clock.now(), SESSIONS_MAX)
