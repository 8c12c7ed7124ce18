"""Whether a person may be written to again of what can be made to happen as often as one likes."""

from __future__ import annotations

from services.auth.app.ports import Ports, Work
from services.auth.domain.account import Account
from services.auth.domain.email_code import TOLD_EVERY, EmailCode, Purpose
from services.auth.domain.identifiers import fingerprint, new_secret


async def may_tell(ports: Ports, work: Work, account: Account, purpose: Purpose) -> bool:
    """Once in TOLD_EVERY for each purpose, counted in the caller's unit of work, which holds the account."""
    now = ports.clock.now()
    if await work.email_codes.count_of(account.user_id, purpose, now - TOLD_EVERY):
        return False
    # A code that is told to nobody: it is there to be counted, and goes as the others do.
    counted = EmailCode(fingerprint(new_secret()), purpose, account.user_id, account.email.key, now, now + TOLD_EVERY)
    await work.email_codes.add(counted)
    return True
