"""Sign in by a one-time link."""

from __future__ import annotations

from services.auth.app.open_session import open_session
from services.auth.app.ports import Ports
from services.auth.domain.account import Account
from services.auth.domain.errors import LinkSpent
from services.auth.domain.identifiers import fingerprint
from services.auth.domain.session import Method, SessionTokens


async def redeem_sign_in_link(ports: Ports, code: str, device: str = "") -> tuple[Account, SessionTokens]:
    """The account and a new session. Raises LinkSpent when the code is unknown, used or expired."""
    async with ports.store.transaction() as work:
        user_id = await work.links.redeem(fingerprint(code), ports.clock.now())
        account = await work.accounts.get(user_id) if user_id is not None else None
        if account is None:
            raise LinkSpent
        # No second factor is asked for: only whoever runs the machine makes such a link, and it is the way back for a
        # person who lost authenticator and recovery codes.
        return account, await open_session(ports, work, account.user_id, device, methods=(Method.LINK,))
