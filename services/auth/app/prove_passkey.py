"""Somebody who is signed in shows once more, by a passkey, that it is them."""

from __future__ import annotations

from services.auth.app.begin_passkey import asked, required
from services.auth.app.judge_passkey import judge_passkey, spend_question
from services.auth.app.passkey_ports import Passkeys
from services.auth.app.step_up import proved
from services.auth.domain.errors import PasskeyNotFound, PasskeyRefused
from services.auth.domain.passkey import Ceremony
from services.auth.domain.session import AccessToken, Method


async def begin_passkey_proof(passkeys: Passkeys, user_id: str) -> str:
    """What to ask a browser, as JSON: for a passkey of this person. Raises PasskeysOff, or PasskeyNotFound."""
    authenticators = required(passkeys)
    async with passkeys.ports.store.transaction() as work:
        known = await work.passkeys.of_person(user_id)
        if not known:
            raise PasskeyNotFound
        challenge = await asked(passkeys, work, Ceremony.PROVE, user_id)
    return authenticators.request_options(challenge, known)


async def step_up_by_passkey(
    passkeys: Passkeys, user_id: str, session_id: str, answer: str, language: str
) -> AccessToken:
    """A token of the session that says so, for an answer to begin_passkey_proof, once.

    It counts as much as a code does: the device has verified its holder. Raises PasskeysOff; PasskeyRefused whatever
    is wrong with the answer, as at sign-in; SessionNotFound.
    """
    shown = await spend_question(passkeys, Ceremony.PROVE, user_id, answer, language)
    async with passkeys.ports.store.transaction() as work:
        judged = await judge_passkey(passkeys, work, shown)
        if not isinstance(judged, PasskeyRefused):
            return await proved(passkeys.ports, work, user_id, session_id, Method.PASSKEY)
    # Raised outside the block: a mail about a copy must be committed.
    raise judged
