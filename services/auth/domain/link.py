"""One-time sign-in links."""

from __future__ import annotations

import dataclasses
import datetime


@dataclasses.dataclass(frozen=True)
class SignInLink:
    """A code, known by its fingerprint, that signs one person in once."""

    code_hash: bytes
    user_id: str
    expires_at: datetime.datetime


@dataclasses.dataclass(frozen=True)
class IssuedLink:
    """A code as it is told, once."""

    code: str = dataclasses.field(repr=False)
    expires_at: datetime.datetime
    user_id: str
