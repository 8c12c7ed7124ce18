"""Somebody's issuer has deleted them."""

from __future__ import annotations

import dataclasses

from services.auth.app.end_other_sessions import end_others
from services.auth.app.ports import Ports, Work
from services.auth.domain.facts import AccountDeletionRequested


async def end_identity(ports: Ports, work: Work, issuer: str, subject: str) -> bool:
    """End their sessions and ask for all of theirs to be erased, within the caller's work; false when it was done.

    Somebody never heard of is remembered as ended too: what was told of them before may still be on its way.
    """
    now = ports.clock.now()
    known = await work.identities.claim(issuer, subject, now)
    if known.ended_at is not None:
        return False
    await work.identities.keep(dataclasses.replace(known, ended_at=now))
    if known.user_id is None:
        return False
    await end_others(ports, work, known.user_id, "", now)
    await work.publish(AccountDeletionRequested(known.user_id, now))
    return True
