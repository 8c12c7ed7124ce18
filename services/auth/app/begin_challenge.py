"""Ask whoever has shown a password for their second factor, where they have one."""

from __future__ import annotations

from collections.abc import Sequence

from services.auth.app.list_proofs import factor_methods
from services.auth.app.ports import Ports, Work
from services.auth.domain.identifiers import fingerprint, new_secret
from services.auth.domain.second_factor import SIGN_IN_CHALLENGE_LIFE, IssuedChallenge, SignInChallenge


class SecondFactorNeeded(Exception):
    """The password is right, and a second factor has to be shown.

    An exception, so that no caller takes a right password for a session.
    """

    def __init__(self, challenge: IssuedChallenge) -> None:
        """`challenge` is answered by `answer_challenge`."""
        super().__init__()
        self.challenge = challenge


async def begin_challenge(
    ports: Ports, work: Work, user_id: str, device: str, *, methods: Sequence[str]
) -> SecondFactorNeeded | None:
    """To be raised once the caller's unit of work has committed; None where the person has no second factor."""
    answered_by = await factor_methods(work, user_id)
    if not answered_by:
        return None
    secret, expires_at = new_secret(), ports.clock.now() + SIGN_IN_CHALLENGE_LIFE
    await work.challenges.add(SignInChallenge(fingerprint(secret), user_id, device, tuple(methods), expires_at))
    return SecondFactorNeeded(IssuedChallenge(secret, expires_at, answered_by))
