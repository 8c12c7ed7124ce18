"""Passkeys: keys that a person's devices hold, of which only the public halves are here (WebAuthn)."""

from __future__ import annotations

import dataclasses
import datetime
import enum
import secrets

from services.auth.domain.account import clean_display_name
from services.auth.domain.errors import DisplayNameTooLong, PasskeyNameInvalid

QUESTION_LIFE = datetime.timedelta(minutes=5)
"""How long somebody may take to answer."""
CHALLENGE_BYTES = 32
PASSKEYS_MAX = 20
"""Most passkeys of one person."""
CREDENTIAL_ID_BYTES_MAX = 1023
"""The longest that WebAuthn allows."""
HANDLE_BYTES = 64
"""Of the name by which an authenticator knows a person: random, and the most that WebAuthn takes."""


class Ceremony(enum.Enum):
    """What a browser is asked for: an answer to one is none to another."""

    ADD = "add"
    SIGN_IN = "sign_in"
    PROVE = "prove"
    """That somebody who is signed in is still there."""


@dataclasses.dataclass(frozen=True)
class Passkey:
    """One passkey."""

    passkey_id: str
    user_id: str
    credential_id: bytes
    """What the authenticator calls it."""
    public_key: bytes = dataclasses.field(repr=False)
    """COSE_Key, as the authenticator gave it."""
    sign_count: int
    """How often it has signed, as it told last; 0 where it does not count."""
    transports: tuple[str, ...]
    """How the browser may reach it, in its own words."""
    name: str
    created_at: datetime.datetime
    last_used_at: datetime.datetime | None = None


@dataclasses.dataclass(frozen=True)
class PasskeyQuestion:
    """A question that was asked, known by its fingerprint."""

    challenge_hash: bytes
    ceremony: Ceremony
    user_id: str | None
    """Who was asked; None where nobody is signed in."""
    expires_at: datetime.datetime


def new_challenge() -> bytes:
    """A fresh question: 256 random bits."""
    return secrets.token_bytes(CHALLENGE_BYTES)


def new_handle() -> bytes:
    """A name for a person that tells nothing of them, also to whoever reads their authenticator."""
    return secrets.token_bytes(HANDLE_BYTES)


def has_gone_back(known: int, told: int) -> bool:
    """Whether a passkey told of no more uses than before: then there are two of it. Many never count, and tell 0."""
    return (known > 0 or told > 0) and told <= known


def clean_passkey_name(text: str) -> str:
    """The name as it is kept: one line of 1 to 100 visible characters. Raises PasskeyNameInvalid."""
    try:
        name = clean_display_name(text)
    except DisplayNameTooLong as error:
        raise PasskeyNameInvalid from error
    if not name:
        raise PasskeyNameInvalid
    return name
