"""Make a one-time code and the mail that brings it."""

from __future__ import annotations

import datetime

from services.auth.app.ports import Ports, Work
from services.auth.app.write_mail import write_mail
from services.auth.domain.account import Account
from services.auth.domain.email_code import HOUR, MAILS_AN_HOUR_MAX, EmailCode, Purpose
from services.auth.domain.identifiers import fingerprint, new_secret
from services.auth.domain.mail import Occasion


async def is_too_often(ports: Ports, work: Work, purpose: Purpose, email_key: str) -> bool:
    """Whether the address was sent as many of these mails as it gets in an hour."""
    return await work.email_codes.count(purpose, email_key, ports.clock.now() - HOUR) >= MAILS_AN_HOUR_MAX


async def mail_code(
    ports: Ports, work: Work, purpose: Purpose, account: Account, language: str, life: datetime.timedelta
) -> None:
    """Within the caller's unit of work."""
    now, code = ports.clock.now(), new_secret()
    made = EmailCode(fingerprint(code), purpose, account.user_id, account.email.key, now, now + life)
    await work.email_codes.add(made)
    occasion = Occasion.VERIFY if purpose is Purpose.VERIFY else Occasion.RESET
    to = account.email.typed
    await write_mail(ports, work, occasion, to, language, code=code, until=made.expires_at, user_id=account.user_id)
