"""Make a person other recovery codes."""

from __future__ import annotations

from services.auth.app.ports import Ports, Work
from services.auth.app.write_mail import write_mail
from services.auth.domain.errors import SecondFactorNotSet
from services.auth.domain.identifiers import fingerprint
from services.auth.domain.mail import Occasion
from services.auth.domain.second_factor import new_recovery_codes, plain_recovery_code


async def make_recovery_codes(ports: Ports, user_id: str, language: str) -> list[str]:
    """Ten, told this once, in place of all before. The person is told by mail. Raises SecondFactorNotSet."""
    async with ports.store.transaction() as work:
        factor = await work.second_factors.locked(user_id)
        account = await work.accounts.get(user_id)
        if account is None or factor is None or factor.set_at is None:
            raise SecondFactorNotSet
        await write_mail(ports, work, Occasion.RECOVERY_CODES_MADE, account.email.typed, language, user_id=user_id)
        return await fresh_codes(work, user_id)


async def fresh_codes(work: Work, user_id: str) -> list[str]:
    """The same within the caller's unit of work, for a locked factor."""
    codes = new_recovery_codes()
    await work.second_factors.put_recovery_codes(user_id, [fingerprint(plain_recovery_code(code)) for code in codes])
    return codes
