"""Look whether a code is one of somebody's second factor."""

from __future__ import annotations

from services.auth.app.ports import Ports, Work
from services.auth.app.write_mail import write_mail
from services.auth.domain.account import Account
from services.auth.domain.identifiers import fingerprint
from services.auth.domain.mail import Occasion
from services.auth.domain.second_factor import CodeVerdict, SecondFactor, plain_digits, plain_recovery_code
from services.auth.domain.session import Method


async def judge_code(ports: Ports, work: Work, account: Account, typed: str, language: str) -> CodeVerdict:
    """Within the caller's unit of work, which has to commit whatever comes of it: wrong codes are counted.

    A right one works no more from then on; that a recovery code was used is told by mail.
    """
    now = ports.clock.now()
    # Of two who show the same code at once, the second waits here and finds it used.
    factor = await work.second_factors.locked(account.user_id)
    if factor is None or factor.set_at is None:
        return CodeVerdict()
    if (wait_s := factor.wait_s(now)) > 0:
        return CodeVerdict(wait_s=wait_s)
    step = step_shown(ports, factor, typed)
    if step is not None:
        await work.second_factors.change(factor.shown(step))
        return CodeVerdict(Method.TOTP)
    code = plain_recovery_code(typed)
    if code and await work.second_factors.use_recovery_code(account.user_id, fingerprint(code), now):
        await work.second_factors.change(factor.shown())
        await write_mail(
            ports, work, Occasion.RECOVERY_CODE_USED, account.email.typed, language, user_id=account.user_id
        )
        return CodeVerdict(Method.RECOVERY_CODE)
    await work.second_factors.change(factor.erred(now))
    return CodeVerdict()


def step_shown(ports: Ports, factor: SecondFactor, typed: str) -> int | None:
    """The step whose code was typed, if it is one of the authenticator's that still works."""
    digits = plain_digits(typed)
    return ports.codes.step_of(factor.secret, digits, ports.clock.now(), factor.last_step) if digits else None
