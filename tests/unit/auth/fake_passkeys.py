"""Passkeys in memory."""

from __future__ import annotations

import dataclasses
import datetime

from services.auth.domain.passkey import Ceremony, Passkey, PasskeyQuestion
from tests.unit.auth.fake_rows import Rows


class FakePasskeys:
    def __init__(self, rows: Rows) -> None:
        self._rows = rows

    async def handle_of(self, user_id: str, fresh: bytes) -> bytes:
        return self._rows.handles.setdefault(user_id, fresh)

    async def is_of_issuer(self, user_id: str, issuer: str) -> bool:
        return any((each.user_id, each.issuer) == (user_id, issuer) for each in self._rows.identities.values())

    async def add(self, passkey: Passkey) -> bool:
        if any(each.credential_id == passkey.credential_id for each in self._rows.passkeys.values()):
            return False
        self._rows.passkeys[passkey.passkey_id] = passkey
        return True

    async def of_person(self, user_id: str) -> list[Passkey]:
        mine = [each for each in self._rows.passkeys.values() if each.user_id == user_id]
        return sorted(sorted(mine, key=lambda each: each.passkey_id), key=lambda each: each.created_at, reverse=True)

    async def locked(self, credential_id: bytes) -> tuple[Passkey, bytes] | None:
        for each in self._rows.passkeys.values():
            if each.credential_id == credential_id and each.user_id not in self._rows.closed:
                return each, self._rows.handles[each.user_id]
        return None

    async def note_use(self, passkey_id: str, sign_count: int, at: datetime.datetime) -> None:
        used = dataclasses.replace(self._rows.passkeys[passkey_id], sign_count=sign_count, last_used_at=at)
        self._rows.passkeys[passkey_id] = used

    async def rename(self, user_id: str, passkey_id: str, name: str) -> Passkey | None:
        known = self._rows.passkeys.get(passkey_id)
        if known is None or known.user_id != user_id:
            return None
        self._rows.passkeys[passkey_id] = dataclasses.replace(known, name=name)
        return self._rows.passkeys[passkey_id]

    async def remove(self, user_id: str, passkey_id: str) -> bool:
        known = self._rows.passkeys.get(passkey_id)
        if known is None or known.user_id != user_id:
            return False
        del self._rows.passkeys[passkey_id]
        return True

    async def remove_of(self, user_id: str) -> None:
        for each in await self.of_person(user_id):
            del self._rows.passkeys[each.passkey_id]
        for question in [each for each in self._rows.questions.values() if each.user_id == user_id]:
            del self._rows.questions[question.challenge_hash]

    async def ask(self, challenge: PasskeyQuestion) -> None:
        self._rows.questions[challenge.challenge_hash] = challenge

    async def take(
        self, challenge_hash: bytes, ceremony: Ceremony, user_id: str | None, now: datetime.datetime
    ) -> bool:
        asked = self._rows.questions.get(challenge_hash)
        if asked is None or (asked.ceremony, asked.user_id) != (ceremony, user_id) or asked.expires_at <= now:
            return False
        del self._rows.questions[challenge_hash]
        return True

    async def forget(self, expired_before: datetime.datetime, limit: int) -> int:
        over = [each for each in self._rows.questions.values() if each.expires_at < expired_before][:limit]
        for question in over:
            del self._rows.questions[question.challenge_hash]
        return len(over)
