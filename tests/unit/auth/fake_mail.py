"""Mailed codes, sign-ups that wait and mails, in memory."""

from __future__ import annotations

import datetime

from services.auth.domain.email_code import EmailCode, PendingSignUp, Purpose
from services.auth.domain.mail import ClaimedMail, Mail
from tests.unit.auth.fake_rows import Rows, WaitingMail


def promised_to(rows: Rows, email_key: str, now: datetime.datetime) -> set[str]:
    """Whose accounts codes that still work can bring this address back to."""
    living = [
        each
        for each in rows.codes.values()
        if (each.purpose, each.email_key) == (Purpose.UNDO, email_key) and each.expires_at > now
    ]
    owners = {each.user_id for each in living if each.code_hash not in rows.used and each.user_id is not None}
    return owners - set(rows.closed)


class FakeEmailCodes:
    def __init__(self, rows: Rows) -> None:
        self._rows = rows

    async def add(self, code: EmailCode) -> None:
        self._rows.codes[code.code_hash] = code

    async def count(self, purpose: Purpose, email_key: str, since: datetime.datetime) -> int:
        made = [each for each in self._rows.codes.values() if each.purpose is purpose and each.email_key == email_key]
        return len([each for each in made if each.made_at > since])

    async def count_of(self, user_id: str, purpose: Purpose, since: datetime.datetime) -> int:
        made = [each for each in self._rows.codes.values() if each.purpose is purpose and each.user_id == user_id]
        return len([each for each in made if each.made_at > since])

    async def get(self, code_hash: bytes, purpose: Purpose, now: datetime.datetime) -> EmailCode | None:
        code = self._rows.codes.get(code_hash)
        if code is None or code.purpose is not purpose or code_hash in self._rows.used or code.expires_at <= now:
            return None
        return code

    async def use(self, code_hash: bytes, purpose: Purpose, now: datetime.datetime) -> bool:
        self._rows.locks.append("email_codes")
        if await self.get(code_hash, purpose, now) is None:
            return False
        self._rows.used.add(code_hash)
        return True

    async def use_all(
        self, user_id: str, purpose: Purpose, now: datetime.datetime, *, made_since: datetime.datetime | None = None
    ) -> None:
        self._rows.locks.append("email_codes")
        theirs = [each for each in self._rows.codes.values() if each.user_id == user_id and each.purpose is purpose]
        self._rows.used |= {each.code_hash for each in theirs if made_since is None or each.made_at >= made_since}

    async def promised_to(self, email_key: str, now: datetime.datetime) -> str | None:
        return next(iter(promised_to(self._rows, email_key, now)), None)

    async def forget(self, expired_before: datetime.datetime, limit: int) -> int:
        over = [each.code_hash for each in self._rows.codes.values() if each.expires_at < expired_before][:limit]
        for code_hash in over:
            del self._rows.codes[code_hash]
        return len(over)


class FakePendingSignUps:
    def __init__(self, rows: Rows) -> None:
        self._rows = rows

    async def add(self, pending: PendingSignUp) -> None:
        self._rows.pending[pending.code_hash] = pending

    async def count(self, email_key: str, since: datetime.datetime) -> int:
        made = [each for each in self._rows.pending.values() if each.email.key == email_key]
        return len([each for each in made if each.made_at > since])

    async def get(self, code_hash: bytes, now: datetime.datetime) -> PendingSignUp | None:
        pending = self._rows.pending.get(code_hash)
        is_over = pending is None or code_hash in self._rows.used or pending.expires_at <= now
        return None if is_over else pending

    async def use(self, code_hash: bytes, now: datetime.datetime) -> bool:
        if await self.get(code_hash, now) is None:
            return False
        self._rows.used.add(code_hash)
        return True

    async def forget(self, expired_before: datetime.datetime, limit: int) -> int:
        over = [each.code_hash for each in self._rows.pending.values() if each.expires_at < expired_before][:limit]
        for code_hash in over:
            del self._rows.pending[code_hash]
        return len(over)


class FakeMails:
    def __init__(self, rows: Rows) -> None:
        self._rows = rows

    async def add(self, mail: Mail, due_at: datetime.datetime) -> None:
        self._rows.mails[mail.mail_id] = WaitingMail(mail, due_at)

    async def claim(self, now: datetime.datetime, held_until: datetime.datetime, limit: int) -> list[ClaimedMail]:
        for over in [each.mail.mail_id for each in self._rows.mails.values() if each.mail.expires_at <= now][:limit]:
            del self._rows.mails[over]
        due = [each for each in self._rows.mails.values() if each.due_at <= now and each.mail.expires_at > now]
        claimed = sorted(due, key=lambda each: each.due_at)[:limit]
        for each in claimed:
            each.due_at, each.tries = held_until, each.tries + 1
        return [ClaimedMail(each.mail, each.tries) for each in claimed]

    async def waiting(self, tries_below: int | None, limit: int) -> int:
        waiting = [each for each in self._rows.mails.values() if tries_below is None or each.tries < tries_below]
        return min(limit, len(waiting))

    async def postpone(self, mail_id: str, due_at: datetime.datetime) -> None:
        if mail_id in self._rows.mails:
            self._rows.mails[mail_id].due_at = due_at

    async def remove(self, mail_id: str) -> None:
        self._rows.mails.pop(mail_id, None)
