"""Second factors and sign-ins that wait for one, in memory."""

from __future__ import annotations

import dataclasses
import datetime
from collections.abc import Sequence

from services.auth.domain.second_factor import SecondFactor, SignInChallenge
from tests.unit.auth.fake_rows import Rows


class FakeSecondFactors:
    def __init__(self, rows: Rows) -> None:
        self._rows = rows

    async def get(self, user_id: str) -> SecondFactor | None:
        return self._rows.factors.get(user_id)

    async def locked(self, user_id: str) -> SecondFactor | None:
        return await self.get(user_id)

    async def put(self, factor: SecondFactor) -> None:
        await self.remove(factor.user_id)
        self._rows.factors[factor.user_id] = factor

    async def change(self, factor: SecondFactor) -> None:
        if (known := self._rows.factors.get(factor.user_id)) is not None:
            self._rows.factors[factor.user_id] = dataclasses.replace(factor, secret=known.secret)

    async def remove(self, user_id: str) -> bool:
        self._rows.recovery_codes.pop(user_id, None)
        return self._rows.factors.pop(user_id, None) is not None

    async def put_recovery_codes(self, user_id: str, code_hashes: Sequence[bytes]) -> None:
        self._rows.recovery_codes[user_id] = set(code_hashes)

    async def use_recovery_code(self, user_id: str, code_hash: bytes, now: datetime.datetime) -> bool:
        unused = self._rows.recovery_codes.get(user_id, set())
        if code_hash not in unused:
            return False
        unused.remove(code_hash)
        return True

    async def recovery_codes_left(self, user_id: str) -> int:
        return len(self._rows.recovery_codes.get(user_id, ()))


class FakeSignInChallenges:
    def __init__(self, rows: Rows) -> None:
        self._rows = rows

    async def add(self, challenge: SignInChallenge) -> None:
        self._rows.challenges[challenge.challenge_hash] = challenge

    async def owner(self, challenge_hash: bytes, now: datetime.datetime) -> str | None:
        challenge = self._rows.challenges.get(challenge_hash)
        return challenge.user_id if challenge is not None and challenge.expires_at > now else None

    async def locked(self, challenge_hash: bytes, now: datetime.datetime) -> SignInChallenge | None:
        self._rows.locks.append("sign_in_challenges")
        return self._rows.challenges[challenge_hash] if await self.owner(challenge_hash, now) is not None else None

    async def remove(self, challenge_hash: bytes) -> None:
        self._rows.challenges.pop(challenge_hash, None)

    async def remove_of(self, user_id: str) -> None:
        for each in [each for each in self._rows.challenges.values() if each.user_id == user_id]:
            del self._rows.challenges[each.challenge_hash]

    async def forget(self, expired_before: datetime.datetime, limit: int) -> int:
        over = [each for each in self._rows.challenges.values() if each.expires_at < expired_before][:limit]
        for each in over:
            del self._rows.challenges[each.challenge_hash]
        return len(over)
