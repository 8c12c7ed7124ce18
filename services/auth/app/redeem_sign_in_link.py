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
    code_hash = fingerprint(code)
    async with ports.store.transaction() as work:
        # The account first, as wherever a session begins: whoever closes it ends this one too, or it never begins.
        user_id = await work.links.owner(code_hash)
        account = await work.accounts.locked(user_id) if user_id is not None else None
        if account is None or await work.links.redeem(code_hash, ports.clock.now()) is None:
            raise LinkSpent
        # No second factor is asked for: only whoever runs the machine makes such a link, and it is the way back for a
        # person who lost authenticator and recovery codes.
        return account, await open_session(ports, work, account.user_id, device, methods=(Method.LINK,))
