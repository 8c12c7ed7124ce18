"""Mail somebody a link that says that their address is read by them."""

from __future__ import annotations

from services.auth.app.mail_code import is_too_often, mail_code
from services.auth.app.ports import Ports
from services.auth.app.write_mail import mailing
from services.auth.domain.email_code import HOUR, Purpose
from services.auth.domain.errors import AccountNotFound, TooManyMails


async def request_verification(ports: Ports, user_id: str, language: str) -> None:
    """Nothing for an address that is verified, or for none. Raises AccountNotFound, MailOff or TooManyMails."""
    lives = mailing(ports).lives
    async with ports.store.transaction() as work:
        account = await work.accounts.get(user_id)
        if account is None:
            raise AccountNotFound
        if account.email_verified_at is not None or not account.email.key:
            return
        if await is_too_often(ports, work, Purpose.VERIFY, account.email.key):
            raise TooManyMails(HOUR.total_seconds())
        await mail_code(ports, work, Purpose.VERIFY, account, language, lives.verify)
