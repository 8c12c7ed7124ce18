"""Somebody's issuer has deleted them."""

from __future__ import annotations

import dataclasses

from services.auth.app.claim_identity import claim_identity
from services.auth.app.close_account import shut_out
from services.auth.app.ports import Ports, Work
from services.auth.domain.facts import AccountDeletionRequested


async def end_identity(ports: Ports, work: Work, issuer: str, subject: str) -> bool:
    """Close their account with all that opens it, and ask for all of theirs to be erased; false when it was done.

    Within the caller's work. Somebody never heard of is remembered as ended too: what was told of them before may still
    be on its way.
    """
    now = ports.clock.now()
    known = await claim_identity(ports, work, issuer, subject)
    if known.ended_at is not None:
        return False
    await work.identities.keep(dataclasses.replace(known, ended_at=now))
    if known.user_id is None:
        return False
    await shut_out(ports, work, known.user_id, now)
    await work.publish(AccountDeletionRequested(known.user_id, now))
    return True
