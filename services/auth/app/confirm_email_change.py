"""Put the address that a code went to in place of a person's old one."""

from __future__ import annotations

from services.auth.app.ports import Ports
from services.auth.app.write_mail import write_mail
from services.auth.domain.account import Account
from services.auth.domain.email_address import EmailAddress
from services.auth.domain.email_code import UNDO_LIFE, EmailCode, Purpose
from services.auth.domain.errors import CodeSpent
from services.auth.domain.identifiers import fingerprint, new_secret
from services.auth.domain.mail import Occasion


async def confirm_email_change(ports: Ports, code: str, language: str) -> tuple[Account, EmailAddress]:
    """The account as it was, and its new address. Sessions stay: whoever asked had shown who they are.

    The old address is told, by a mail with a link that takes the change back for a week. Raises CodeSpent.
    """
    now, code_hash = ports.clock.now(), fingerprint(code)
    async with ports.store.transaction() as work:
        found = await work.email_codes.get(code_hash, Purpose.CHANGE, now)
        account = await work.accounts.locked(found.user_id) if found is not None and found.user_id else None
        if found is None or account is None or not await work.email_codes.use(code_hash, Purpose.CHANGE, now):
            raise CodeSpent
        taken = EmailAddress(found.email_typed, found.email_key)
        if not await work.accounts.take_email(account.user_id, taken, now):
            # Somebody made an account with it meanwhile.
            raise CodeSpent
        await work.accounts.mark_verified(account.user_id, now)
        await work.email_codes.use_all(account.user_id, Purpose.RESET, now)
        if account.email.key and account.email.key != found.email_key:
            undo, old = new_secret(), account.email
            made = EmailCode(fingerprint(undo), Purpose.UNDO, account.user_id, old.key, now, now + UNDO_LIFE, old.typed)
            await work.email_codes.add(made)
            await write_mail(
                ports,
                work,
                Occasion.EMAIL_CHANGED,
                old.typed,
                language,
                code=undo,
                until=made.expires_at,
                user_id=account.user_id,
            )
    return account, taken
