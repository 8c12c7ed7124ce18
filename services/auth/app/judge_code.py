"""Look whether a code is one of somebody's second factor."""

from __future__ import annotations

from services.auth.app.may_tell import may_tell
from services.auth.app.ports import Ports, Work
from services.auth.app.write_mail import write_mail
from services.auth.domain.account import Account
from services.auth.domain.email_code import Purpose
from services.auth.domain.identifiers import fingerprint
from services.auth.domain.mail import Occasion
from services.auth.domain.second_factor import (
    WRONG_FREE,
    CodeVerdict,
    SecondFactor,
    plain_digits,
    plain_recovery_code,
)
from services.auth.domain.session import Method


async def judge_code(ports: Ports, work: Work, account: Account, typed: str, language: str) -> CodeVerdict:
    """Within the caller's unit of work, which has to commit whatever comes of it: wrong codes are counted.

    A right one works no more from then on. Mail tells that a recovery code was used, and that somebody is guessing.
    """
    now = ports.clock.now()
    # Of two who show the same code at once, the second waits here and finds it used.
    factor = await work.second_factors.locked(account.user_id)
    if factor is None or factor.set_at is None:
        return CodeVerdict()
    wait_s = factor.wait_s(now)
    step = step_shown(ports, factor, typed) if wait_s <= 0 else None
    if step is not None:
        await work.second_factors.change(factor.shown(step))
        return CodeVerdict(Method.TOTP)
    code = plain_recovery_code(typed)
    # Never held off: 80 bits are guessed at no pace, and whoever has the password could keep the owner out for ever.
    if code and await work.second_factors.use_recovery_code(account.user_id, fingerprint(code), now):
        await work.second_factors.change(factor.shown())
        await write_mail(
            ports, work, Occasion.RECOVERY_CODE_USED, account.email.typed, language, user_id=account.user_id
        )
        return CodeVerdict(Method.RECOVERY_CODE)
    if wait_s > 0 and not code:
        return CodeVerdict(wait_s=wait_s)
    erred = factor.erred(now)
    await work.second_factors.change(erred)
    if erred.wrong >= WRONG_FREE:
        await _tell_of_guesses(ports, work, account, language)
    return CodeVerdict()


async def _tell_of_guesses(ports: Ports, work: Work, account: Account, language: str) -> None:
    if await may_tell(ports, work, account, Purpose.GUESSED):
        to = account.email.typed
        await write_mail(ports, work, Occasion.CODES_GUESSED, to, language, user_id=account.user_id)


def step_shown(ports: Ports, factor: SecondFactor, typed: str) -> int | None:
    """The step whose code was typed, if it is one of the authenticator's that still works."""
    digits = plain_digits(typed)
    return ports.codes.step_of(factor.secret, digits, ports.clock.now(), factor.last_step) if digits else None
