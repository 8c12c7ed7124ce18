"""End somebody's sessions everywhere else."""

from __future__ import annotations

import datetime

from services.auth.app.close_session import tell_ended
from services.auth.app.ports import Ports, Work
from services.auth.domain.email_code import Purpose
from services.auth.domain.errors import SessionNotFound


async def end_other_sessions(ports: Ports, user_id: str, kept_session_id: str) -> int:
    """How many ended; all of them where `kept_session_id` is empty. Raises SessionNotFound when that is not theirs."""
    now = ports.clock.now()
    async with ports.store.transaction() as work:
        # First, as wherever sessions end: what opens one holds the account too.
        await work.accounts.locked(user_id)
        if kept_session_id and await work.sessions.owner(kept_session_id, now) != user_id:
            raise SessionNotFound
        return await end_others(ports, work, user_id, kept_session_id, now)


async def end_others(ports: Ports, work: Work, user_id: str, kept_session_id: str, now: datetime.datetime) -> int:
    """The same within the caller's unit of work, which has seen whose the kept session is."""
    # What a thief approved is no session yet. Before the sessions: one that is being fetched is among them then.
    await work.device_sign_ins.remove_of(user_id)
    # So is what a thief has begun with a password.
    await work.challenges.remove_of(user_id)
    # And an address of a thief's, which waits for its mail to be read.
    await work.email_codes.use_all(user_id, Purpose.CHANGE, now)
    ended = await work.sessions.end_others(user_id, kept_session_id, now)
    for session_id in ended:
        await tell_ended(ports, work, session_id, now)
    return len(ended)
