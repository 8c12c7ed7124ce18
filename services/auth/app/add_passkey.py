"""A person's browser has made a passkey."""

from __future__ import annotations

from services.auth.app.begin_passkey import required
from services.auth.app.passkey_ports import AnswerRefused, Passkeys
from services.auth.app.write_mail import write_mail
from services.auth.domain.errors import AccountNotFound, PasskeyNotTaken, TooManyPasskeys
from services.auth.domain.identifiers import digest, new_passkey_id
from services.auth.domain.mail import Occasion
from services.auth.domain.passkey import PASSKEYS_MAX, Ceremony, Passkey, clean_passkey_name


async def add_passkey(passkeys: Passkeys, user_id: str, name: str, answer: str, language: str) -> Passkey:
    """It signs them in from now on, and they are told by mail.

    Raises PasskeysOff, PasskeyNameInvalid, PasskeyNotTaken, AccountNotFound and TooManyPasskeys.
    """
    authenticators, ports = required(passkeys), passkeys.ports
    cleaned, now = clean_passkey_name(name), ports.clock.now()
    try:
        challenge = authenticators.challenge_of(answer)
        async with ports.store.transaction() as work:
            # Spent whatever comes of it.
            is_ours = await work.passkeys.take(digest(challenge), Ceremony.ADD, user_id, now)
        if not is_ours:
            raise PasskeyNotTaken
        made = authenticators.made(answer, challenge)
    except AnswerRefused as error:
        raise PasskeyNotTaken from error
    passkey = Passkey(
        passkey_id=new_passkey_id(),
        user_id=user_id,
        credential_id=made.credential_id,
        public_key=made.public_key,
        sign_count=made.sign_count,
        transports=made.transports,
        name=cleaned,
        created_at=now,
    )
    async with ports.store.transaction() as work:
        account = await work.accounts.locked(user_id)
        if account is None:
            raise AccountNotFound
        if len(await work.passkeys.of_person(user_id)) >= PASSKEYS_MAX:
            raise TooManyPasskeys
        if not await work.passkeys.add(passkey):
            raise PasskeyNotTaken
        await write_mail(ports, work, Occasion.PASSKEY_ADDED, account.email.typed, language, user_id=user_id)
    return passkey
