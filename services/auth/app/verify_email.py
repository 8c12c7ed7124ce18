"""Take the code of a verification mail."""

from __future__ import annotations

from services.auth.app.ports import Ports
from services.auth.domain.email_code import Purpose
from services.auth.domain.errors import CodeSpent
from services.auth.domain.identifiers import fingerprint


async def verify_email(ports: Ports, code: str) -> None:
    """Raises CodeSpent when it is unknown, used or expired, or its account has another address meanwhile."""
    now, code_hash = ports.clock.now(), fingerprint(code)
    async with ports.store.transaction() as work:
        found = await work.email_codes.get(code_hash, Purpose.VERIFY, now)
        account = await work.accounts.locked(found.user_id) if found is not None and found.user_id else None
        if found is None or account is None or account.email.key != found.email_key:
            raise CodeSpent
        if not await work.email_codes.use(code_hash, Purpose.VERIFY, now):
            raise CodeSpent
        await work.accounts.mark_verified(account.user_id, now)
