"""Signing in a program by a code that a signed-in person approves (RFC 8628)."""

from __future__ import annotations

import dataclasses
import datetime
import enum
import secrets

from services.auth.domain.account import clean_display_name
from services.auth.domain.errors import ClientNameInvalid, DisplayNameTooLong

LIFE = datetime.timedelta(minutes=10)
INTERVAL_S = 5
INTERVAL_S_MAX = 60
EARLY_S = 1.0
"""How much too early a question may come: clocks and networks are not exact."""
ADDRESS_CHARACTERS_MAX = 64
# RFC 8628, 6.1: without vowels no words come about, and nothing looks like anything else.
_LETTERS = "BCDFGHJKLMNPQRSTVWXZ"
_LENGTH = 8


@dataclasses.dataclass(frozen=True)
class DeviceSignIn:
    """A program that waits. Its codes are known by their fingerprints."""

    device_hash: bytes
    user_code_hash: bytes
    client_name: str
    address: str
    created_at: datetime.datetime
    expires_at: datetime.datetime
    interval_s: int = INTERVAL_S
    asked_at: datetime.datetime | None = None
    user_id: str | None = None
    """Who looked at it first, and so the only one who answers."""
    approved: bool | None = None
    """None until somebody answers."""

    def is_live(self, now: datetime.datetime) -> bool:
        """Whether its codes work at that moment."""
        return now < self.expires_at

    def asked(self, now: datetime.datetime) -> DeviceSignIn:
        """The same after a question; who asks too soon has to wait longer from then on."""
        interval_s = self.interval_s
        if self.is_too_soon(now):
            interval_s = min(interval_s + INTERVAL_S, INTERVAL_S_MAX)
        return dataclasses.replace(self, asked_at=now, interval_s=interval_s)

    def is_too_soon(self, now: datetime.datetime) -> bool:
        """Whether the last question is less than the interval ago."""
        return self.asked_at is not None and (now - self.asked_at).total_seconds() < self.interval_s - EARLY_S


class Verdict(enum.Enum):
    """What a program that asks is told."""

    APPROVED = "approved"
    REFUSED = "refused"
    PENDING = "pending"
    TOO_SOON = "too soon"


def judge(sign_in: DeviceSignIn, now: datetime.datetime) -> Verdict:
    """An answer is told at once; only who waits is held to the interval."""
    if sign_in.approved is not None:
        return Verdict.APPROVED if sign_in.approved else Verdict.REFUSED
    return Verdict.TOO_SOON if sign_in.is_too_soon(now) else Verdict.PENDING


def new_user_code() -> str:
    """Eight letters, as BCDF-GHJK: 34 bits, for ten minutes, to be guessed by people who are signed in."""
    letters = "".join(secrets.choice(_LETTERS) for _ in range(_LENGTH))
    return f"{letters[:4]}-{letters[4:]}"


def plain_user_code(typed: str) -> str:
    """A code as it was typed, in one spelling; "" for what cannot be one."""
    letters = "".join(character for character in typed.upper() if character not in " -\u2010\u2011\u2013")
    return letters if len(letters) == _LENGTH and all(letter in _LETTERS for letter in letters) else ""


def clean_client_name(text: str) -> str:
    """What a program calls itself, on one line of 1 to 100 visible characters. Raises ClientNameInvalid."""
    try:
        name = clean_display_name(text)
    except DisplayNameTooLong as error:
        raise ClientNameInvalid from error
    if not name:
        raise ClientNameInvalid
    return name
