"""Choose a new password with the present one."""

from __future__ import annotations

import datetime

from services.auth.app.choose_password import check_choice
from services.auth.app.end_other_sessions import end_others
from services.auth.app.get_account import get_account
from services.auth.app.ports import Ports, Work
from services.auth.app.write_mail import write_mail
from services.auth.domain.email_code import Purpose
from services.auth.domain.errors import SessionNotFound, WrongPassword
from services.auth.domain.letters import Still
from services.auth.domain.mail import Occasion
from services.auth.domain.password import is_possible, prepared


async def change_password(ports: Ports, user_id: str, session_id: str, present: str, chosen: str, language: str) -> int:
    """Every session but this one ends; how many ended.

    The person is told by mail, with what else opens the account: passkeys, providers and API keys stay as they are.

    Raises AccountNotFound, WrongPassword, WeakPassword, SessionNotFound, or HashingBusy.
    """
    account = await get_account(ports, user_id)
    # An account without a password has none to show; its owner chooses one by mail.
    if not is_possible(present) or not await ports.hasher.verify(account.password_hash, prepared(present)):
        raise WrongPassword
    await check_choice(ports, chosen, account.email)
    password_hash = await ports.hasher.hash(prepared(chosen))
    now = ports.clock.now()
    async with ports.store.transaction() as work:
        present_account = await work.accounts.locked(user_id)
        if present_account is None or present_account.password_hash != account.password_hash:
            # Another was chosen while this one was checked: what was shown is the present password no more.
            raise WrongPassword
        if await work.sessions.owner(session_id, now) != user_id:
            raise SessionNotFound
        await work.accounts.set_hash(user_id, password_hash)
        # A link that waits in a mail would undo this.
        await work.email_codes.use_all(user_id, Purpose.RESET, now)
        ended = await end_others(ports, work, user_id, session_id, now)
        # They stay, as everybody expects who only changes a password; whose they are is for the owner to look at.
        still = await _still(work, user_id, now)
        to = account.email.typed
        await write_mail(ports, work, Occasion.PASSWORD_CHANGED, to, language, user_id=user_id, still=still)
    return ended


async def _still(work: Work, user_id: str, now: datetime.datetime) -> Still:
    return Still(
        passkeys=len(await work.passkeys.of_person(user_id)),
        providers=len(await work.provider_sign_ins.connections(user_id)),
        api_keys=sum(key.expires_at is None or key.expires_at > now for key in await work.api_keys.of_person(user_id)),
    )
