"""Choose a new password with the code of a mail."""

from __future__ import annotations

from services.auth.app.choose_password import check_choice
from services.auth.app.end_every_way_in import end_every_way_in
from services.auth.app.outsider import is_outsider
from services.auth.app.ports import Ports
from services.auth.app.write_mail import write_mail
from services.auth.domain.account import Account
from services.auth.domain.email_code import Purpose
from services.auth.domain.errors import CodeSpent
from services.auth.domain.identifiers import fingerprint
from services.auth.domain.mail import Occasion
from services.auth.domain.password import prepared


async def reset_password(ports: Ports, code: str, password: str, language: str) -> Account:
    """Every session, API key, passkey and provider ends, the address is verified, and the person is told by mail.

    Raises CodeSpent, WeakPassword (the code still works then) or HashingBusy.
    """
    code_hash = fingerprint(code)
    async with ports.store.transaction() as work:
        found = await work.email_codes.get(code_hash, Purpose.RESET, ports.clock.now())
        account = await work.accounts.get(found.user_id) if found is not None and found.user_id else None
        if account is not None and await is_outsider(ports, work, account.user_id):
            raise CodeSpent
    if found is None or account is None or account.email.key != found.email_key:
        raise CodeSpent
    await check_choice(ports, password, account.email)
    password_hash = await ports.hasher.hash(prepared(password))
    now = ports.clock.now()
    async with ports.store.transaction() as work:
        # Before its code, as wherever both are held: two that each wait for the other's would both fail.
        present = await work.accounts.locked(account.user_id)
        if present is None or not await work.email_codes.use(code_hash, Purpose.RESET, now):
            raise CodeSpent
        await work.accounts.set_hash(account.user_id, password_hash)
        await work.accounts.mark_verified(account.user_id, now)
        await end_every_way_in(ports, work, account.user_id)
        await write_mail(ports, work, Occasion.PASSWORD_CHANGED, account.email.typed, language, user_id=account.user_id)
    return account
