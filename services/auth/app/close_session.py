"""End a session, and let everybody know who may hold a token of it."""

from __future__ import annotations

import datetime

from services.auth.app.ports import Ports, Work
from services.auth.domain.facts import SessionEnded


async def close_session(ports: Ports, work: Work, session_id: str, now: datetime.datetime) -> bool:
    """End it within the caller's unit of work; false where none was left to end."""
    is_ended_now = await work.sessions.end(session_id, now)
    if is_ended_now:
        await tell_ended(ports, work, session_id, now)
    return is_ended_now


async def tell_ended(ports: Ports, work: Work, session_id: str, now: datetime.datetime) -> None:
    """Publish that a session has ended now: until its last access token runs out, whoever verifies one must refuse."""
    await work.publish(SessionEnded(session_id, now, now + ports.lives.access))
