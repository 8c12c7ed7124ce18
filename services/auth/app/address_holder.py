"""Whose an address is, for everybody else who would have it."""

from __future__ import annotations

import datetime

from services.auth.app.ports import Work


async def holder_of(work: Work, email_key: str, now: datetime.datetime) -> str | None:
    """The person who has it, or to whom a link that works can still bring it back; None where it is free."""
    # Both are asked whatever the first says, so that an answer's time tells nothing.
    account, promised_to = await work.accounts.of_email(email_key), await work.email_codes.promised_to(email_key, now)
    return account.user_id if account is not None else promised_to
