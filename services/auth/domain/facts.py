"""Facts that auth publishes; they carry opaque identifiers only."""

from __future__ import annotations

import dataclasses
import datetime


@dataclasses.dataclass(frozen=True)
class AccountCreated:
    """A person has an account now."""

    user_id: str
    created_at: datetime.datetime


@dataclasses.dataclass(frozen=True)
class AccountDeletionRequested:
    """A person's account is closed where they signed in with it: everything of theirs here has to go."""

    user_id: str
    requested_at: datetime.datetime


@dataclasses.dataclass(frozen=True)
class AccountReclaimed:
    """Whoever reads a person's mail took their account back: what works for them unseen may be a stranger's."""

    user_id: str
    reclaimed_at: datetime.datetime


@dataclasses.dataclass(frozen=True)
class SessionEnded:
    """A session is over, and its access tokens count no more."""

    session_id: str
    ended_at: datetime.datetime
    access_until: datetime.datetime
    """When the last of its access tokens has run out."""


@dataclasses.dataclass(frozen=True)
class ApiKeyRevoked:
    """A key works no more."""

    key_id: str
    user_id: str


Fact = AccountCreated | AccountDeletionRequested | AccountReclaimed | ApiKeyRevoked | SessionEnded
