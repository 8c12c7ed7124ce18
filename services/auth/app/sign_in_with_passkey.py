"""Sign in with a passkey, without saying who one is."""

from __future__ import annotations

from services.auth.app.begin_passkey import asked, required
from services.auth.app.judge_passkey import judge_passkey, spend_question
from services.auth.app.open_session import open_session
from services.auth.app.passkey_ports import Passkeys
from services.auth.domain.account import Account
from services.auth.domain.errors import PasskeyRefused
from services.auth.domain.passkey import Ceremony
from services.auth.domain.session import Method, SessionTokens


async def begin_passkey_sign_in(passkeys: Passkeys) -> str:
    """What to ask a browser, as JSON. Raises PasskeysOff."""
    authenticators = required(passkeys)
    async with passkeys.ports.store.transaction() as work:
        challenge = await asked(passkeys, work, Ceremony.SIGN_IN, None)
    return authenticators.request_options(challenge, ())


async def sign_in_with_passkey(
    passkeys: Passkeys, answer: str, device: str = "", language: str = ""
) -> tuple[Account, SessionTokens]:
    """The account and a new session.

    Raises PasskeysOff, and PasskeyRefused whatever is wrong: PasskeyCopied, which reads the same, is told in the log.
    """
    shown = await spend_question(passkeys, Ceremony.SIGN_IN, None, answer, language)
    async with passkeys.ports.store.transaction() as work:
        judged = await judge_passkey(passkeys, work, shown)
        if not isinstance(judged, PasskeyRefused):
            # The device has verified its holder: who has a second factor besides shows two already.
            methods = (Method.PASSKEY,)
            return judged, await open_session(passkeys.ports, work, judged.user_id, device, methods=methods)
    raise judged
