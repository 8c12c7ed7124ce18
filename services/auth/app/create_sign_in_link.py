"""Make a one-time sign-in link, and the account when there is none."""

from __future__ import annotations

from services.auth.app.policy_acceptance import leave_to_be_asked
from services.auth.app.ports import Ports, Work
from services.auth.domain.account import Account
from services.auth.domain.email_address import EmailAddress, parse_email
from services.auth.domain.errors import AccountNotFound, AgeNotConfirmed
from services.auth.domain.facts import AccountCreated
from services.auth.domain.identifiers import fingerprint, new_secret, new_user_id
from services.auth.domain.link import IssuedLink, SignInLink


async def create_sign_in_link(ports: Ports, email: str, *, confirms_age: bool = False) -> IssuedLink:
    """A code for the account of this address. Raises InvalidEmail, or AgeNotConfirmed where there is none.

    With `confirms_age` whoever runs the machine says that the person is 13 or older, which is noted of an account that
    has it not noted yet.
    """
    address = parse_email(email)
    code = new_secret()
    async with ports.store.transaction() as work:
        account = await _found_or_made(ports, work, address, confirms_age=confirms_age)
        expires_at = ports.clock.now() + ports.lives.link
        await work.links.add(SignInLink(fingerprint(code), account.user_id, expires_at))
    return IssuedLink(code, expires_at, account.user_id)


async def _found_or_made(ports: Ports, work: Work, address: EmailAddress, *, confirms_age: bool) -> Account:
    now = ports.clock.now()
    if known := await work.accounts.of_email(address.key):
        if confirms_age and known.age_confirmed_at is None:
            await work.accounts.confirm_age(known.user_id, now)
        return known
    if not confirms_age:
        raise AgeNotConfirmed
    account = Account(new_user_id(), address, "", now, age_confirmed_at=now)
    if await work.accounts.add(account):
        await leave_to_be_asked(work, account.user_id, now)
        await work.publish(AccountCreated(account.user_id, account.created_at))
        return account
    # Somebody else made it in this very moment; or whoever had it before can bring it back to their account.
    made = await work.accounts.of_email(address.key)
    if made is None:
        raise AccountNotFound
    return made
