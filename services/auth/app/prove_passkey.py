"""Somebody who is signed in shows once more that it is them."""

from __future__ import annotations

from services.auth.app.begin_passkey import asked, required
from services.auth.app.judge_passkey import judge_passkey, spend_question
from services.auth.app.passkey_ports import Passkeys
from services.auth.domain.errors import PasskeyNotFound, PasskeyRefused
from services.auth.domain.passkey import Ceremony


async def begin_passkey_proof(passkeys: Passkeys, user_id: str) -> str:
    """What to ask a browser, as JSON: for a passkey of this person. Raises PasskeysOff, or PasskeyNotFound."""
    authenticators = required(passkeys)
    async with passkeys.ports.store.transaction() as work:
        known = await work.passkeys.of_person(user_id)
        if not known:
            raise PasskeyNotFound
        challenge = await asked(passkeys, work, Ceremony.PROVE, user_id)
    return authenticators.request_options(challenge, known)


async def prove_passkey(passkeys: Passkeys, user_id: str, answer: str, language: str = "") -> None:
    """Returns where the answer is signed by a passkey of this person, for begin_passkey_proof, once.

    Raises PasskeysOff, and PasskeyRefused whatever is wrong, which says nothing of the session that asks.
    """
    shown = await spend_question(passkeys, Ceremony.PROVE, user_id, answer, language)
    async with passkeys.ports.store.transaction() as work:
        judged = await judge_passkey(passkeys, work, shown)
    if isinstance(judged, PasskeyRefused):
        raise judged
