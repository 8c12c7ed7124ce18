"""Write to whoever's account is to be closed, is kept after all, or is closed now."""

from __future__ import annotations

import datetime

from services.auth.app.may_tell import may_tell
from services.auth.app.ports import Ports, Work
from services.auth.app.write_mail import write_notice
from services.auth.domain.email_code import Purpose
from services.auth.domain.mail import Occasion


async def tell_closing_asked(
    ports: Ports, consumer: str, message_id: str, user_id: str, due_at: datetime.datetime
) -> None:
    """That it will be erased, and when. Nothing where that is now: whoever closes the account then tells of it."""
    if due_at > ports.clock.now():
        await _tell(ports, consumer, message_id, user_id, Occasion.CLOSING_ASKED, Purpose.CLOSING_ASKED, due_at)


async def tell_closing_withdrawn(ports: Ports, consumer: str, message_id: str, user_id: str) -> None:
    """That it stays."""
    await _tell(ports, consumer, message_id, user_id, Occasion.CLOSING_WITHDRAWN, Purpose.CLOSING_WITHDRAWN)


async def tell_closed(ports: Ports, work: Work, user_id: str) -> None:
    """That it is closed, in the caller's unit of work, which is about to close it.

    The mail goes with the account: where none takes it before all is erased, nothing is left to write to.
    """
    # All of the lock that closing takes: of two that each hold a part and want the whole, one would fail.
    account = await work.accounts.locked_wholly(user_id)
    if account is not None:
        await write_notice(ports, work, account, Occasion.ACCOUNT_CLOSED)


async def _tell(
    ports: Ports,
    consumer: str,
    message_id: str,
    user_id: str,
    occasion: Occasion,
    purpose: Purpose,
    day: datetime.datetime | None = None,
) -> None:
    """Each time, as a thief may do it again and again; once a day to an address that nobody confirmed.

    Such a one may be a stranger's, whom asking and taking back would be a way to write to.
    """
    async with ports.store.transaction() as work:
        if not await work.first_time(consumer, message_id):
            return
        account = await work.accounts.locked(user_id)
        if account is None:
            return
        if account.email_verified_at is None and not await may_tell(ports, work, account, purpose):
            return
        await write_notice(ports, work, account, occasion, day)
