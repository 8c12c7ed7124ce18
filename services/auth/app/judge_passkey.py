"""Whether an answer was signed by a passkey of ours, for whatever it is shown for."""

from __future__ import annotations

import dataclasses

from services.auth.app.begin_passkey import required
from services.auth.app.passkey_ports import AnswerRefused, Claim, Passkeys
from services.auth.app.ports import Work
from services.auth.app.write_mail import write_mail
from services.auth.domain.account import Account
from services.auth.domain.errors import PasskeyCopied, PasskeyRefused
from services.auth.domain.identifiers import digest
from services.auth.domain.mail import Occasion
from services.auth.domain.passkey import Ceremony, has_gone_back


@dataclasses.dataclass(frozen=True)
class Shown:
    """An answer to a question that was asked, and is spent with it."""

    answer: str = dataclasses.field(repr=False)
    claim: Claim
    ceremony: Ceremony
    user_id: str | None
    language: str


async def spend_question(
    passkeys: Passkeys, ceremony: Ceremony, user_id: str | None, answer: str, language: str
) -> Shown:
    """The answer, whose question is answered by nothing else from now on. Raises PasskeysOff and PasskeyRefused."""
    authenticators, ports = required(passkeys), passkeys.ports
    try:
        claim = authenticators.claim_of(answer)
    except AnswerRefused as error:
        raise PasskeyRefused from error
    async with ports.store.transaction() as work:
        is_ours = await work.passkeys.take(digest(claim.challenge), ceremony, user_id, ports.clock.now())
    if not is_ours:
        raise PasskeyRefused
    return Shown(answer, claim, ceremony, user_id, language)


async def judge_passkey(passkeys: Passkeys, work: Work, shown: Shown) -> Account | PasskeyRefused:
    """Whose it is, or why not, within the caller's unit of work, which has to commit either way.

    A use is counted, and of a passkey that seems to be copied its owner is told by mail.
    """
    authenticators = required(passkeys)
    found = await work.passkeys.locked(shown.claim.credential_id)
    if found is None:
        return PasskeyRefused()
    passkey, handle = found
    # Who was asked for nobody in particular is known by what the authenticator calls them, and both must agree.
    said = shown.claim.handle if shown.ceremony is Ceremony.SIGN_IN else shown.claim.handle or handle
    account = await work.accounts.get(passkey.user_id)
    if said != handle or account is None or shown.user_id not in (None, passkey.user_id):
        return PasskeyRefused()
    try:
        told = authenticators.signed(shown.answer, shown.claim.challenge, passkey.public_key)
    except AnswerRefused:
        return PasskeyRefused()
    if has_gone_back(passkey.sign_count, told):
        to, owner = account.email.typed, account.user_id
        await write_mail(passkeys.ports, work, Occasion.PASSKEY_COPIED, to, shown.language, user_id=owner)
        return PasskeyCopied(passkey.passkey_id, passkey.user_id)
    await work.passkeys.note_use(passkey.passkey_id, told, passkeys.ports.clock.now())
    return account
