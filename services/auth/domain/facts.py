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
class ApiKeyRevoked:
    """A key works no more."""

    key_id: str
    user_id: str


Fact = AccountCreated | ApiKeyRevoked
