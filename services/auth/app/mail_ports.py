"""What the verbs need of mail: the codes that it brought, and what waits to be sent."""

from __future__ import annotations

import datetime
from typing import Protocol

from services.auth.domain.email_code import EmailCode, PendingSignUp, Purpose
from services.auth.domain.mail import ClaimedMail, Mail


class EmailCodes(Protocol):
    """Codes that were mailed, within a unit of work."""

    async def add(self, code: EmailCode) -> None:
        """Store a new code."""
        ...

    async def count(self, purpose: Purpose, email_key: str, since: datetime.datetime) -> int:
        """How many were made for an address since then; nobody else makes one for it until the work commits."""
        ...

    async def count_of(self, user_id: str, purpose: Purpose, since: datetime.datetime) -> int:
        """How many a person caused since then, whoever they went to; for whoever has locked the account."""
        ...

    async def get(self, code_hash: bytes, purpose: Purpose, now: datetime.datetime) -> EmailCode | None:
        """A code that still works."""
        ...

    async def use(self, code_hash: bytes, purpose: Purpose, now: datetime.datetime) -> bool:
        """Whether it worked: for the first call before its end alone."""
        ...

    async def use_all(
        self, user_id: str, purpose: Purpose, now: datetime.datetime, *, made_since: datetime.datetime | None = None
    ) -> None:
        """No code of this kind of theirs works any more; with `made_since`, none that was made then or later."""
        ...

    async def promised_to(self, email_key: str, now: datetime.datetime) -> str | None:
        """Whose account, not closed, a code that still works can bring this address back to."""
        ...

    async def forget(self, expired_before: datetime.datetime, limit: int) -> int:
        """Remove at most `limit` codes that expired before then; the number removed."""
        ...


class PendingSignUps(Protocol):
    """Sign-ups that wait for their code, within a unit of work."""

    async def add(self, pending: PendingSignUp) -> None:
        """Store a new one."""
        ...

    async def count(self, email_key: str, since: datetime.datetime) -> int:
        """How many were made for an address since then; nobody else makes one for it until the work commits."""
        ...

    async def get(self, code_hash: bytes, now: datetime.datetime) -> PendingSignUp | None:
        """One whose code still works."""
        ...

    async def use(self, code_hash: bytes, now: datetime.datetime) -> bool:
        """Whether its code worked: for the first call before its end alone."""
        ...

    async def forget(self, expired_before: datetime.datetime, limit: int) -> int:
        """Remove at most `limit` that expired before then; the number removed."""
        ...


class Mails(Protocol):
    """Mail that waits to be sent, within a unit of work."""

    async def add(self, mail: Mail, due_at: datetime.datetime) -> None:
        """Let a mail wait until it is due."""
        ...

    async def claim(self, now: datetime.datetime, held_until: datetime.datetime, limit: int) -> list[ClaimedMail]:
        """Mails that are due, which nobody else is given before `held_until`; those past their end are removed."""
        ...

    async def waiting(self, tries_below: int | None, limit: int) -> int:
        """How many wait that were tried less often than that, None: however often; counted up to `limit`."""
        ...

    async def postpone(self, mail_id: str, due_at: datetime.datetime) -> None:
        """Try a mail again at that moment."""
        ...

    async def remove(self, mail_id: str) -> None:
        """Nothing of a mail is kept."""
        ...
