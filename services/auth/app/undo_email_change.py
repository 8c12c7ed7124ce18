"""Take a change of address back, by whoever reads the old one."""

from __future__ import annotations

from services.auth.app.end_other_sessions import end_others
from services.auth.app.mail_code import mail_code
from services.auth.app.ports import Ports
from services.auth.app.revoke_api_key import revoke_every_key
from services.auth.app.write_mail import mailing
from services.auth.domain.account import Account
from services.auth.domain.email_address import EmailAddress
from services.auth.domain.email_code import Purpose
from services.auth.domain.errors import CodeSpent
from services.auth.domain.identifiers import fingerprint


async def undo_email_change(ports: Ports, code: str, language: str) -> Account:
    """The old address counts again; every session, key and the password end, and a link for a new password is mailed.

    A second factor stays: reading mail alone must not take it away. Raises CodeSpent, or MailOff.
    """
    now, code_hash, lives = ports.clock.now(), fingerprint(code), mailing(ports).lives
    async with ports.store.transaction() as work:
        found = await work.email_codes.get(code_hash, Purpose.UNDO, now)
        account = await work.accounts.locked(found.user_id) if found is not None and found.user_id else None
        if found is None or account is None:
            raise CodeSpent
        if not await work.accounts.take_email(account.user_id, EmailAddress(found.email_typed, found.email_key)):
            raise CodeSpent
        # All of them: whoever changed it twice holds a link that brings their own address back.
        for purpose in (Purpose.UNDO, Purpose.CHANGE, Purpose.RESET):
            await work.email_codes.use_all(account.user_id, purpose, now)
        await work.accounts.mark_verified(account.user_id, now)
        await work.accounts.set_hash(account.user_id, None)
        await end_others(ports, work, account.user_id, "", now)
        await revoke_every_key(work, account.user_id, now)
        restored = await work.accounts.get(account.user_id)
        if restored is None:
            raise CodeSpent
        await mail_code(ports, work, Purpose.RESET, restored, language, lives.reset)
    return restored
