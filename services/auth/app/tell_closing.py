"""Write to whoever's account is to be closed, is kept after all, or is closed now."""

from __future__ import annotations

import datetime

from services.auth.app.may_tell import note_told, was_told
from services.auth.app.ports import Ports, Work
from services.auth.app.write_mail import write_notice
from services.auth.domain.email_code import TOLD_EVERY, Purpose
from services.auth.domain.mail import Occasion

_PURPOSES = {
    Occasion.CLOSING_ASKED: Purpose.CLOSING_ASKED,
    Occasion.CLOSING_WITHDRAWN: Purpose.CLOSING_WITHDRAWN,
}
"""As what each is noted, by which it is known who was told of it."""


async def tell_closing_asked(
    ports: Ports,
    consumer: str,
    message_id: str,
    user_id: str,
    asked_at: datetime.datetime,
    due_at: datetime.datetime,
) -> None:
    """That it will be erased, and when. Nothing where that is now: whoever closes the account then tells of it."""
    if due_at > ports.clock.now():
        await _tell(ports, consumer, message_id, user_id, Occasion.CLOSING_ASKED, asked_at, due_at)


async def tell_closing_withdrawn(
    ports: Ports, consumer: str, message_id: str, user_id: str, withdrawn_at: datetime.datetime
) -> None:
    """That it stays."""
    await _tell(ports, consumer, message_id, user_id, Occasion.CLOSING_WITHDRAWN, withdrawn_at)


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
    at: datetime.datetime,
    day: datetime.datetime | None = None,
) -> None:
    """Each time, as a thief may do it again and again; once a day to an address that nobody confirmed.

    Such a one may be a stranger's, whom asking and taking back would be a way to write to. `at` is when it happened.
    """
    purpose = _PURPOSES[occasion]
    async with ports.store.transaction() as work:
        if not await work.first_time(consumer, message_id):
            return
        account = await work.accounts.locked(user_id)
        if account is None:
            return
        # Each fact has a consumer of its own, so that one may overtake the other: what was taken back waits no more.
        if purpose is Purpose.CLOSING_ASKED and await was_told(work, account, Purpose.CLOSING_WITHDRAWN, at):
            return
        since = ports.clock.now() - TOLD_EVERY
        if account.email_verified_at is None and await was_told(work, account, purpose, since):
            return
        await note_told(work, account, purpose, at)
        await write_notice(ports, work, account, occasion, day)
