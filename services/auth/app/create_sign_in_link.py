"""Make a one-time sign-in link, and the account when there is none."""

from __future__ import annotations

from services.auth.app.ports import Ports, Work
from services.auth.domain.account import Account
from services.auth.domain.email_address import EmailAddress, parse_email
from services.auth.domain.errors import AccountNotFound
from services.auth.domain.facts import AccountCreated
from services.auth.domain.identifiers import fingerprint, new_secret, new_user_id
from services.auth.domain.link import IssuedLink, SignInLink


async def create_sign_in_link(ports: Ports, email: str) -> IssuedLink:
    """A code for the account of this address. Raises InvalidEmail."""
    address = parse_email(email)
    code = new_secret()
    async with ports.store.transaction() as work:
        account = await _found_or_made(ports, work, address)
        expires_at = ports.clock.now() + ports.lives.link
        await work.links.add(SignInLink(fingerprint(code), account.user_id, expires_at))
    return IssuedLink(code, expires_at, account.user_id)


async def _found_or_made(ports: Ports, work: Work, address: EmailAddress) -> Account:
    if known := await work.accounts.of_email(address.key):
        return known
    account = Account(new_user_id(), address, "", ports.clock.now())
    if await work.accounts.add(account):
        await work.publish(AccountCreated(account.user_id, account.created_at))
        return account
    # Somebody else made it in this very moment; or whoever had it before can bring it back to their account.
    made = await work.accounts.of_email(address.key)
    if made is None:
        raise AccountNotFound
    return made
