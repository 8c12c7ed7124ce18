"""Signing in by an OpenID provider: what is remembered while a browser is away, and what comes back."""

from __future__ import annotations

import base64
import dataclasses
import datetime
import hashlib
from collections.abc import Mapping

from services.auth.domain.account import clean_display_name
from services.auth.domain.email_address import NO_EMAIL, EmailAddress, parse_email
from services.auth.domain.errors import DisplayNameTooLong, InvalidEmail

LIFE = datetime.timedelta(minutes=10)
"""From the button to the answer, and once more from there to the end."""


CLOCKS_APART = datetime.timedelta(seconds=60)
"""How far the provider's clock may be from ours."""
_SECONDS_MAX = 2**36


@dataclasses.dataclass(frozen=True)
class Connecting:
    """Whose account a provider is to be connected to, and the only session that can finish it."""

    user_id: str
    session_id: str


@dataclasses.dataclass(frozen=True)
class Told:
    """Whom the provider vouches for, as far as it was asked."""

    subject: str
    email: EmailAddress = NO_EMAIL
    """None of theirs unless the provider has verified it."""
    display_name: str = ""
    authenticated_at: datetime.datetime | None = None
    """When they last showed the provider who they are; None where it does not say."""


@dataclasses.dataclass(frozen=True)
class ProviderSignIn:
    """A browser that is on its way. The state and its secret are known by their fingerprints."""

    state_hash: bytes
    browser_hash: bytes
    provider: str
    created_at: datetime.datetime
    expires_at: datetime.datetime
    nonce: str = dataclasses.field(default="", repr=False)
    """What the id token must carry; empty once it has."""
    verifier: str = dataclasses.field(default="", repr=False)
    """What the code is exchanged with (RFC 7636); empty once it was."""
    connecting: Connecting | None = None
    """None where somebody is to be signed in."""
    answered_at: datetime.datetime | None = None
    """When the state was used, which it is once."""
    told: Told | None = dataclasses.field(default=None, repr=False)
    """Who came back; None until the provider's answer was believed."""
    again: bool = False
    """Whether the provider is to ask them anew, however lately it did."""

    def is_awaited(self, now: datetime.datetime, browser_hash: bytes, provider: str) -> bool:
        """Whether an answer to it may come at that moment, from that browser, by way of that provider."""
        is_theirs = (self.browser_hash, self.provider) == (browser_hash, provider)
        return is_theirs and self.answered_at is None and now < self.expires_at

    def arrived(self, told: Told, now: datetime.datetime) -> ProviderSignIn:
        """The same with whom the provider vouched for, and time to finish; what was asked with is forgotten."""
        return dataclasses.replace(self, told=told, nonce="", verifier="", expires_at=now + LIFE)

    def shown_at(self, now: datetime.datetime, *, has_other_proofs: bool) -> datetime.datetime | None:
        """When the person who came back showed who they are; None where nobody knows.

        A provider lets in by itself whoever has an open session there, so its bare word is no proof of now. Where it
        does not tell the time, having asked it to ask anew counts for who has nothing better to show alone, and then
        as of when they came back.
        """
        told_at = self.told.authenticated_at if self.told is not None else None
        if told_at is not None:
            return min(told_at, now)
        return self.answered_at if self.again and not has_other_proofs else None


def challenge_of(verifier: str) -> str:
    """What RFC 7636 makes of a verifier by S256."""
    return base64.urlsafe_b64encode(hashlib.sha256(verifier.encode()).digest()).rstrip(b"=").decode()


def told_by(claims: Mapping[str, object]) -> Told:
    """What is kept of a believed id token's claims: an address only where the provider says it has verified it."""
    return Told(
        str(claims["sub"]),
        _email(claims),
        _display_name(claims.get("name")),
        _authenticated_at(claims.get("auth_time")),
    )


def _authenticated_at(seconds: object) -> datetime.datetime | None:
    if not isinstance(seconds, int) or isinstance(seconds, bool) or not 0 <= seconds <= _SECONDS_MAX:
        return None
    return datetime.datetime.fromtimestamp(seconds, datetime.UTC)


def _email(claims: Mapping[str, object]) -> EmailAddress:
    address = claims.get("email")
    # Nothing but true: providers that write it as text are none whose word on mail is needed.
    if not isinstance(address, str) or claims.get("email_verified") is not True:
        return NO_EMAIL
    try:
        return parse_email(address)
    except InvalidEmail:
        return NO_EMAIL


def _display_name(name: object) -> str:
    if not isinstance(name, str):
        return ""
    try:
        return clean_display_name(name)
    except DisplayNameTooLong:
        return ""
