"""Set a person's second factor, once their authenticator has shown a code."""

from __future__ import annotations

import dataclasses

from services.auth.app.judge_code import step_shown
from services.auth.app.make_recovery_codes import fresh_codes
from services.auth.app.ports import Ports
from services.auth.app.write_mail import write_mail
from services.auth.domain.errors import AccountNotFound, SecondFactorNotStarted, TooManyCodes, WrongCode
from services.auth.domain.mail import Occasion


async def confirm_totp(ports: Ports, user_id: str, code: str, language: str) -> list[str]:
    """Ten recovery codes, told this once. The person is told by mail.

    Raises AccountNotFound, SecondFactorNotStarted, WrongCode or TooManyCodes.
    """
    now = ports.clock.now()
    async with ports.store.transaction() as work:
        account = await work.accounts.locked(user_id)
        if account is None:
            raise AccountNotFound
        factor = await work.second_factors.locked(user_id)
        if factor is None or factor.set_at is not None:
            raise SecondFactorNotStarted
        if (wait_s := factor.wait_s(now)) > 0:
            raise TooManyCodes(wait_s)
        step = step_shown(ports, factor, code)
        if step is not None:
            await work.second_factors.change(dataclasses.replace(factor.shown(step), set_at=now))
            # Whoever began to sign in before it was set does so with a password alone.
            await work.challenges.remove_of(user_id)
            await write_mail(ports, work, Occasion.FACTOR_SET, account.email.typed, language, user_id=account.user_id)
            return await fresh_codes(work, user_id)
        await work.second_factors.change(factor.erred(now))
    raise WrongCode
