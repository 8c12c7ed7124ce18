"""Who somebody is with another issuer, and what that issuer tells of them."""

from __future__ import annotations

import dataclasses
import datetime

from services.auth.domain.email_address import EmailAddress

NEVER = datetime.datetime(1970, 1, 1, tzinfo=datetime.UTC)
"""The time of what nobody told."""
MISSING_MIN = 20
MISSING_SHARE = 0.1


@dataclasses.dataclass(frozen=True)
class Identity:
    """One person of one issuer. The issuer and the subject together name them; an e-mail address never does."""

    issuer: str
    subject: str
    user_id: str | None
    """Their account here; None before there is one, and once it has been erased."""
    told_at: datetime.datetime
    """The issuer's time of the newest that it told of them."""
    ended_at: datetime.datetime | None = None

    @property
    def is_new(self) -> bool:
        """Whether there has been no account yet."""
        return self.user_id is None and self.ended_at is None and self.told_at == NEVER


@dataclasses.dataclass(frozen=True)
class Profile:
    """What an issuer tells of a person."""

    subject: str
    email: EmailAddress | None
    """None unless the issuer has verified it."""
    display_name: str
    told_at: datetime.datetime


def is_too_many(missing: int, living: int) -> bool:
    """Whether so many people cannot be gone: then it is another issuer's list, or a part of ours, that was read."""
    return missing > max(MISSING_MIN, int(living * MISSING_SHARE))
