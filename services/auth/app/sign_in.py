"""Sign in with e-mail and password, up to the second factor of whoever has one."""

from __future__ import annotations

import contextlib

from services.auth.app.begin_challenge import begin_challenge
from services.auth.app.open_session import open_session
from services.auth.app.ports import Ports
from services.auth.domain.account import Account
from services.auth.domain.email_address import parse_email
from services.auth.domain.errors import HashingBusy, InvalidEmail, WrongCredentials
from services.auth.domain.password import is_possible, prepared
from services.auth.domain.session import Method, SessionTokens


async def sign_in(ports: Ports, email: str, password: str, device: str = "") -> tuple[Account, SessionTokens]:
    """The account and a new session.

    Raises HashingBusy, WrongCredentials after the same work whatever was wrong, or SecondFactorNeeded once the password
    was right.
    """
    if not is_possible(password):
        raise WrongCredentials
    account = await _found(ports, email)
    while True:
        known_hash = account.password_hash if account is not None else None
        if not await ports.hasher.verify(known_hash, prepared(password)) or account is None or known_hash is None:
            raise WrongCredentials
        fresh_hash = await _rehashed(ports, known_hash, password)
        async with ports.store.transaction() as work:
            account = await work.accounts.locked(account.user_id)
            # Whoever chose a new password meanwhile has ended every session, and none begins with the old one now.
            if account is None or account.password_hash != known_hash:
                continue
            if fresh_hash is not None:
                await work.accounts.replace_hash(account.user_id, known_hash, fresh_hash)
            needed = await begin_challenge(ports, work, account.user_id, device, methods=(Method.PASSWORD,))
            if needed is None:
                return account, await open_session(ports, work, account.user_id, device, methods=(Method.PASSWORD,))
        # Outside the block: the challenge must be committed.
        raise needed


async def _found(ports: Ports, email: str) -> Account | None:
    try:
        address = parse_email(email)
    except InvalidEmail:
        return None
    async with ports.store.transaction() as work:
        return await work.accounts.of_email(address.key)


async def _rehashed(ports: Ports, known_hash: str, password: str) -> str | None:
    if ports.hasher.is_outdated(known_hash):
        # The next sign-in can do it as well.
        with contextlib.suppress(HashingBusy):
            return await ports.hasher.hash(prepared(password))
    return None
