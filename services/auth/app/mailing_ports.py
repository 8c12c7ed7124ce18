"""What auth needs of whoever carries mail."""

from __future__ import annotations

import dataclasses
import datetime
from typing import Protocol

from services.auth.domain.mail import Mail


class MailerAway(Exception):
    """The mail was not taken now, and may be later; the text says why and names nobody."""


class MailRefused(Exception):
    """The mail never will be taken; the text says why and names nobody."""


class Mailer(Protocol):
    """Carries mail."""

    async def send(self, mail: Mail) -> None:
        """Hand one over. Raises MailerAway or MailRefused."""
        ...


class KeptMail(Protocol):
    """Mail that stays on this machine."""

    async def forget(self, before: datetime.datetime) -> int:
        """Remove what was kept before then; how many. Raises MailerAway."""
        ...

    async def forget_of(self, user_id: str, address: str) -> None:
        """Remove what was written to a person, or to their address, which may be empty. Raises MailerAway."""
        ...


@dataclasses.dataclass(frozen=True)
class MailLives:
    """How long the links in mails work."""

    verify: datetime.timedelta
    """To confirm an address, or a sign-up."""
    reset: datetime.timedelta
    """To choose a new password."""


@dataclasses.dataclass(frozen=True)
class Mailing:
    """How mail is sent."""

    mailer: Mailer
    public_url: str
    """Where its links lead."""
    lives: MailLives
    confirms_sign_ups: bool
    """Whether an account is made when its mail was read, and nobody learns from a sign-up who has one."""
    kept: KeptMail | None = None
    """What this machine has of mail, also where somebody else carries it by now; None where it keeps none."""
