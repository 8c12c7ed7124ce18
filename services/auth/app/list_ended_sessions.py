"""Tell whose access tokens must be refused although they have not run out."""

from __future__ import annotations

import dataclasses
import datetime

from services.auth.app.ports import Ports


@dataclasses.dataclass(frozen=True)
class EndedSessions:
    """Sessions with the moment at which the last access token of each has run out, and when that was read."""

    access_until: dict[str, datetime.datetime]
    read_at: datetime.datetime


async def list_ended_sessions(ports: Ports, since: datetime.datetime | None) -> EndedSessions:
    """Those that ended since, or all that matter."""
    now = ports.clock.now()
    earliest = now - ports.lives.access
    async with ports.store.transaction() as work:
        ended = await work.sessions.ended_since(max(since or earliest, earliest))
    return EndedSessions({session_id: at + ports.lives.access for session_id, at in ended}, now)
