"""Finish a sign-in with a second factor."""

from __future__ import annotations

from services.auth.app.judge_code import judge_code
from services.auth.app.open_session import open_session
from services.auth.app.ports import Ports
from services.auth.domain.account import Account
from services.auth.domain.errors import ChallengeSpent
from services.auth.domain.identifiers import fingerprint
from services.auth.domain.session import SessionTokens


async def answer_challenge(ports: Ports, secret: str, code: str, language: str) -> tuple[Account, SessionTokens]:
    """The account and a new session, once.

    Raises ChallengeSpent for a challenge that was answered, has run out, or never was; WrongCode and TooManyCodes,
    after which it can be answered still.
    """
    now, challenge_hash = ports.clock.now(), fingerprint(secret)
    async with ports.store.transaction() as work:
        # The account first: what ends sessions holds it when it comes for the challenges.
        user_id = await work.challenges.owner(challenge_hash, now)
        account = await work.accounts.locked(user_id) if user_id is not None else None
        challenge = await work.challenges.locked(challenge_hash, now) if account is not None else None
        if challenge is None or account is None:
            raise ChallengeSpent
        factor = await work.second_factors.get(account.user_id)
        if factor is None or factor.set_at is None:
            # It was taken away meanwhile: the password alone signs in now, and is asked for again.
            raise ChallengeSpent
        verdict = await judge_code(ports, work, account, code, language)
        if verdict.method:
            await work.challenges.remove(challenge.challenge_hash)
            methods = (*challenge.methods, verdict.method)
            return account, await open_session(ports, work, account.user_id, challenge.device, methods=methods)
    # Raised outside the block: the count of wrong codes must be committed.
    verdict.require()
    raise ChallengeSpent
