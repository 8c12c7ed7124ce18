"""What the verbs need of second factors."""

from __future__ import annotations

import datetime
from collections.abc import Sequence
from typing import Protocol

from services.auth.domain.second_factor import SecondFactor, SignInChallenge


class SecondFactors(Protocol):
    """Second factors and their recovery codes within a unit of work."""

    async def get(self, user_id: str) -> SecondFactor | None:
        """A person's, set or only begun."""
        ...

    async def locked(self, user_id: str) -> SecondFactor | None:
        """The same, which nobody else changes until the work commits."""
        ...

    async def put(self, factor: SecondFactor) -> None:
        """Store one in place of what was there, with no recovery codes."""
        ...

    async def change(self, factor: SecondFactor) -> None:
        """Store what became of a locked one; its secret stays."""
        ...

    async def remove(self, user_id: str) -> bool:
        """Forget a person's with its recovery codes; whether there was one."""
        ...

    async def put_recovery_codes(self, user_id: str, code_hashes: Sequence[bytes]) -> None:
        """Store these in place of all before."""
        ...

    async def use_recovery_code(self, user_id: str, code_hash: bytes, now: datetime.datetime) -> bool:
        """Whether it was one of theirs that was not used before; it is from now on."""
        ...

    async def recovery_codes_left(self, user_id: str) -> int:
        """How many were not used."""
        ...


class SignInChallenges(Protocol):
    """Right passwords that wait for their second factor, within a unit of work."""

    async def add(self, challenge: SignInChallenge) -> None:
        """Store a new one."""
        ...

    async def owner(self, challenge_hash: bytes, now: datetime.datetime) -> str | None:
        """Whose one is that has not run out; it is not locked by this."""
        ...

    async def locked(self, challenge_hash: bytes, now: datetime.datetime) -> SignInChallenge | None:
        """One that has not run out, which nobody else changes until the work commits."""
        ...

    async def remove(self, challenge_hash: bytes) -> None:
        """It is answered."""
        ...

    async def remove_of(self, user_id: str) -> None:
        """Forget all of a person: their password counts no more."""
        ...

    async def forget(self, expired_before: datetime.datetime, limit: int) -> int:
        """Remove at most `limit` that ran out before then; the number removed."""
        ...


class AuthenticatorCodes(Protocol):
    """Codes that authenticators show (RFC 6238)."""

    def new_secret(self) -> bytes:
        """A fresh secret, to be sealed."""
        ...

    def step_of(self, secret: bytes, digits: str, now: datetime.datetime, last_step: int) -> int | None:
        """The step of 30 seconds, after `last_step` and one from now at most, whose code this is; None for no such."""
        ...

    def invitation(self, secret: bytes, name: str) -> tuple[str, str, list[str]]:
        """For an authenticator, which shows `name`: the secret in base 32, a URI, and its QR code's rows of 1 and 0."""
        ...
