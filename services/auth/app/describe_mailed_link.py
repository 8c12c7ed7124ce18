"""Tell what the link of a mail would do, before anybody has it done."""

from __future__ import annotations

from services.auth.app.outsider import is_outsider
from services.auth.app.ports import Ports, Work
from services.auth.domain.email_address import NO_EMAIL, EmailAddress
from services.auth.domain.email_code import EmailCode, MailedAct, MailedLink, Purpose
from services.auth.domain.errors import CodeSpent
from services.auth.domain.identifiers import fingerprint


async def describe_mailed_link(ports: Ports, act: MailedAct, code: str) -> MailedLink:
    """Whose account it is and which address that has then. The code works afterwards as before. Raises CodeSpent."""
    now, code_hash = ports.clock.now(), fingerprint(code)
    async with ports.store.transaction() as work:
        if act is MailedAct.CONFIRM:
            pending = await work.pending_sign_ups.get(code_hash, now)
            if pending is None:
                raise CodeSpent
            return MailedLink(NO_EMAIL, pending.email)
        found = await work.email_codes.get(code_hash, Purpose(act.value), now)
        if found is None:
            raise CodeSpent
        return await _of_account(ports, work, found)


async def _of_account(ports: Ports, work: Work, found: EmailCode) -> MailedLink:
    account = await work.accounts.get(found.user_id) if found.user_id else None
    if account is None:
        raise CodeSpent
    if found.purpose in (Purpose.CHANGE, Purpose.UNDO):
        return MailedLink(account.email, EmailAddress(found.email_typed, found.email_key))
    if account.email.key != found.email_key:
        raise CodeSpent
    if found.purpose is Purpose.RESET and await is_outsider(ports, work, account.user_id):
        raise CodeSpent
    return MailedLink(account.email, account.email)
