"""Make the account that was asked for, once its mail was read."""

from __future__ import annotations

from services.auth.app.open_session import open_session
from services.auth.app.policy_acceptance import accept_as_signing_up
from services.auth.app.ports import Ports
from services.auth.domain.account import Account
from services.auth.domain.errors import CodeSpent, WrongPassword
from services.auth.domain.facts import AccountCreated
from services.auth.domain.identifiers import fingerprint, new_user_id
from services.auth.domain.password import is_possible, prepared
from services.auth.domain.session import Method, SessionTokens


async def confirm_sign_up(ports: Ports, code: str, password: str, device: str = "") -> tuple[Account, SessionTokens]:
    """The account, whose address is verified, and its first session.

    The password is asked for again: else whoever signs up with another's address would have that person confirm an
    account to which a stranger knows the password. Raises CodeSpent, WrongPassword (the code still works then) or
    HashingBusy.
    """
    code_hash = fingerprint(code)
    async with ports.store.transaction() as work:
        pending = await work.pending_sign_ups.get(code_hash, ports.clock.now())
    if pending is None:
        raise CodeSpent
    if not is_possible(password) or not await ports.hasher.verify(pending.password_hash, prepared(password)):
        raise WrongPassword
    now = ports.clock.now()
    account = Account(
        *(new_user_id(), pending.email, pending.display_name, now, pending.password_hash),
        email_verified_at=now,
        age_confirmed_at=pending.age_confirmed_at,
    )
    async with ports.store.transaction() as work:
        # Another mail for the same address may have been confirmed before.
        if not await work.pending_sign_ups.use(code_hash, now) or not await work.accounts.add(account):
            raise CodeSpent
        # They accepted what was in force as they signed up, which another version may have followed meanwhile.
        await accept_as_signing_up(work, account.user_id, pending.made_at)
        await work.publish(AccountCreated(account.user_id, account.created_at))
        return account, await open_session(ports, work, account.user_id, device, methods=(Method.PASSWORD,))
