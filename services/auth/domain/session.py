"""Sessions and the family of refresh tokens that each one is."""

from __future__ import annotations

import dataclasses
import datetime
import enum

DEVICE_CHARACTERS_MAX = 60


class Method(enum.StrEnum):
    """How somebody shows who they are. Tokens, refusals and pages have the same words."""

    PASSWORD = "password"  # noqa: S105 - a word of the contract
    TOTP = "totp"
    RECOVERY_CODE = "recovery_code"
    PASSKEY = "passkey"
    LINK = "link"
    """A one-time link of whoever runs the machine."""
    PROVIDER = "provider"
    """The word of a provider, who asks for a second step of its own where it wants one."""


@dataclasses.dataclass(frozen=True)
class Session:
    """One signed-in client. It ends when asked to, when a token of it is replayed, or after long disuse."""

    session_id: str
    user_id: str
    created_at: datetime.datetime
    last_used_at: datetime.datetime
    expires_at: datetime.datetime
    ended_at: datetime.datetime | None = None
    device: str = ""
    """What its owner recognises it by, e.g. "Firefox, Linux"; see clean_device."""
    authenticated_at: datetime.datetime | None = None
    """When somebody last showed in it who they are; None where nobody did, as in one approved for a program."""
    methods: tuple[str, ...] = ()
    """How, in the order in which it was first shown. Words of Method, or of a newer one."""

    def used(self, now: datetime.datetime, expires_at: datetime.datetime) -> Session:
        """The same session after a use."""
        return dataclasses.replace(self, last_used_at=now, expires_at=expires_at)


@dataclasses.dataclass(frozen=True)
class RefreshToken:
    """One member of a session's family, known by its fingerprint."""

    token_hash: bytes
    session_id: str
    expires_at: datetime.datetime
    spent_at: datetime.datetime | None = None


class Verdict(enum.Enum):
    """What a refresh token that came in means."""

    GOOD = "good"
    OVER = "over"
    REUSED = "reused"


def judge(session: Session, token: RefreshToken, now: datetime.datetime) -> Verdict:
    """A spent token of a living session is a sign of theft, whoever of the two holders shows it."""
    if session.ended_at is not None:
        return Verdict.OVER
    if token.spent_at is not None:
        return Verdict.REUSED
    if now >= token.expires_at or now >= session.expires_at:
        return Verdict.OVER
    return Verdict.GOOD


def clean_device(text: str) -> str:
    """`text` without what cannot be seen, cut where it is longer than a few words: nobody refuses a sign-in for it."""
    visible = "".join(character if character.isprintable() else " " for character in text)
    return " ".join(visible.split())[:DEVICE_CHARACTERS_MAX].rstrip()


@dataclasses.dataclass(frozen=True)
class AccessToken:
    """A signed token and when it ends."""

    text: str = dataclasses.field(repr=False)
    expires_at: datetime.datetime


@dataclasses.dataclass(frozen=True)
class SessionTokens:
    """What a client holds after signing in."""

    user_id: str
    access: AccessToken
    refresh_token: str = dataclasses.field(repr=False)
    refresh_expires_at: datetime.datetime
