"""Whether a person may be written to again of what can be made to happen as often as one likes."""

from __future__ import annotations

import datetime

from services.auth.app.ports import Ports, Work
from services.auth.domain.account import Account
from services.auth.domain.email_code import TOLD_EVERY, EmailCode, Purpose
from services.auth.domain.identifiers import fingerprint, new_secret


async def may_tell(ports: Ports, work: Work, account: Account, purpose: Purpose) -> bool:
    """Once in TOLD_EVERY for each purpose, counted in the caller's unit of work, which holds the account."""
    now = ports.clock.now()
    if await was_told(work, account, purpose, now - TOLD_EVERY):
        return False
    await note_told(work, account, purpose, now)
    return True


async def was_told(work: Work, account: Account, purpose: Purpose, since: datetime.datetime) -> bool:
    """Whether they were told of something of this kind that happened since then."""
    return await work.email_codes.count_of(account.user_id, purpose, since) > 0


async def note_told(work: Work, account: Account, purpose: Purpose, at: datetime.datetime) -> None:
    """They are told of what happened at that moment."""
    # A code that is told to nobody: it is there to be counted, and goes as the others do.
    counted = EmailCode(fingerprint(new_secret()), purpose, account.user_id, account.email.key, at, at + TOLD_EVERY)
    await work.email_codes.add(counted)
