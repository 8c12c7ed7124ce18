"""Take a change of address back, by whoever reads the old one."""

from __future__ import annotations

from services.auth.app.end_every_way_in import end_every_way_in
from services.auth.app.mail_code import mail_code
from services.auth.app.ports import Ports
from services.auth.app.write_mail import mailing
from services.auth.domain.account import Account
from services.auth.domain.email_address import EmailAddress
from services.auth.domain.email_code import Purpose
from services.auth.domain.errors import CodeSpent
from services.auth.domain.identifiers import fingerprint


async def undo_email_change(ports: Ports, code: str, language: str) -> Account:
    """The old address counts again; every way in and the password end, and a link for a new one is mailed.

    A second factor stays: reading mail alone must not take it away. Raises CodeSpent, or MailOff.
    """
    now, code_hash, lives = ports.clock.now(), fingerprint(code), mailing(ports).lives
    async with ports.store.transaction() as work:
        found = await work.email_codes.get(code_hash, Purpose.UNDO, now)
        account = await work.accounts.locked(found.user_id) if found is not None and found.user_id else None
        if found is None or account is None:
            raise CodeSpent
        if not await work.accounts.take_email(account.user_id, EmailAddress(found.email_typed, found.email_key), now):
            raise CodeSpent
        # Later ones too: whoever changed it twice holds a link that brings their own address back. Earlier ones stay,
        # else that link would spend the one of whoever had the account before.
        await work.email_codes.use_all(account.user_id, Purpose.UNDO, now, made_since=found.made_at)
        await work.accounts.mark_verified(account.user_id, now)
        await work.accounts.set_hash(account.user_id, None)
        await end_every_way_in(ports, work, account.user_id)
        restored = await work.accounts.get(account.user_id)
        if restored is None:
            raise CodeSpent
        await mail_code(ports, work, Purpose.RESET, restored, language, lives.reset)
    return restored
