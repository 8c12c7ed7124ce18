"""End a session."""

from __future__ import annotations

from services.auth.app.close_session import close_session
from services.auth.app.ports import Ports
from services.auth.domain.identifiers import fingerprint


async def sign_out(ports: Ports, refresh_token: str) -> None:
    """End the session of any of its tokens, spent or not; an unknown token has nothing to end."""
    async with ports.store.transaction() as work:
        found = await work.sessions.locked(fingerprint(refresh_token))
        if found is not None:
            await close_session(ports, work, found[0].session_id, ports.clock.now())
