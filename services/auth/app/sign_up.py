"""Make an account and sign it in."""

from __future__ import annotations

from services.auth.app.open_session import open_session
from services.auth.app.ports import Ports
from services.auth.domain.account import Account, clean_display_name
from services.auth.domain.email_address import parse_email
from services.auth.domain.errors import EmailTaken
from services.auth.domain.facts import AccountCreated
from services.auth.domain.identifiers import new_user_id
from services.auth.domain.password import check_password, prepared
from services.auth.domain.session import SessionTokens


async def sign_up(
    ports: Ports, email: str, password: str, display_name: str, device: str = ""
) -> tuple[Account, SessionTokens]:
    """The account and its first session.

    Raises InvalidEmail, WeakPassword, DisplayNameTooLong, EmailTaken or HashingBusy.
    """
    address = parse_email(email)
    check_password(password, address)
    name = clean_display_name(display_name)
    async with ports.store.transaction() as work:
        # Asked before the costly hash; the insert below decides between two that come at once.
        if await work.accounts.of_email(address.key) is not None:
            raise EmailTaken
    password_hash = await ports.hasher.hash(prepared(password))
    account = Account(new_user_id(), address, name, ports.clock.now(), password_hash)
    async with ports.store.transaction() as work:
        if not await work.accounts.add(account):
            raise EmailTaken
        await work.publish(AccountCreated(account.user_id, account.created_at))
        return account, await open_session(ports, work, account.user_id, device)
