"""A signed-in person wants a passkey: what to ask their browser."""

from __future__ import annotations

from services.auth.app.passkey_ports import Authenticators, Passkeys, Person
from services.auth.app.ports import Work
from services.auth.domain.errors import AccountNotFound, PasskeysOff, TooManyPasskeys
from services.auth.domain.identifiers import digest
from services.auth.domain.passkey import (
    PASSKEYS_MAX,
    QUESTION_LIFE,
    Ceremony,
    PasskeyQuestion,
    new_challenge,
    new_handle,
)


async def begin_passkey(passkeys: Passkeys, user_id: str) -> str:
    """The options, as JSON. Raises PasskeysOff, AccountNotFound and TooManyPasskeys."""
    authenticators = required(passkeys)
    async with passkeys.ports.store.transaction() as work:
        account = await work.accounts.get(user_id)
        if account is None:
            raise AccountNotFound
        if await work.passkeys.is_of_issuer(user_id, passkeys.issuer):
            raise PasskeysOff
        known = await work.passkeys.of_person(user_id)
        if len(known) >= PASSKEYS_MAX:
            raise TooManyPasskeys
        handle = await work.passkeys.handle_of(user_id, new_handle())
        challenge = await asked(passkeys, work, Ceremony.ADD, user_id)
    name = account.email.typed or account.display_name
    return authenticators.creation_options(Person(handle, name, account.display_name or name), challenge, known)


def required(passkeys: Passkeys) -> Authenticators:
    """What reads passkeys. Raises PasskeysOff."""
    if passkeys.authenticators is None:
        raise PasskeysOff
    return passkeys.authenticators


async def asked(passkeys: Passkeys, work: Work, ceremony: Ceremony, user_id: str | None) -> bytes:
    """A fresh question, remembered within the caller's unit of work."""
    challenge = new_challenge()
    expires_at = passkeys.ports.clock.now() + QUESTION_LIFE
    await work.passkeys.ask(PasskeyQuestion(digest(challenge), ceremony, user_id, expires_at))
    return challenge
