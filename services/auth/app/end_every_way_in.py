"""Shut everybody out of an account, but for whoever reads its mail."""

from __future__ import annotations

from services.auth.app.end_other_sessions import end_others
from services.auth.app.ports import Ports, Work
from services.auth.app.revoke_api_key import revoke_every_key
from services.auth.domain.email_code import Purpose
from services.auth.domain.facts import AccountReclaimed


async def end_every_way_in(ports: Ports, work: Work, user_id: str) -> None:
    """Within the caller's unit of work, which has locked the account and sees to its password.

    Sessions and what was about to become one, API keys, passkeys, providers, and the links that wait in mails for
    another password or address: whoever held the account may have made any of them. A second factor opens nothing by
    itself and stays. Other services hear of it, and stop what tells others of what the person does.
    """
    # Now that the account is held: a caller may have waited for it since they read the clock.
    now = ports.clock.now()
    await work.email_codes.use_all(user_id, Purpose.RESET, now)
    await end_others(ports, work, user_id, "", now)
    await revoke_every_key(work, user_id, now)
    await work.passkeys.remove_of(user_id)
    await work.provider_sign_ins.disconnect_all(user_id)
    await work.publish(AccountReclaimed(user_id, now))
