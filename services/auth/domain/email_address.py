"""E-mail addresses: checked plainly, kept as typed, compared without regard to case."""

from __future__ import annotations

import dataclasses
import re
import unicodedata

from services.auth.domain.errors import InvalidEmail

ADDRESS_CHARACTERS_MAX = 254
"""RFC 5321: a path has at most 256 octets with its angle brackets."""
LOCAL_CHARACTERS_MAX = 64
"""RFC 5321, 4.5.3.1.1."""

_LABEL = re.compile(r"[a-z0-9](?:[a-z0-9-]{0,61}[a-z0-9])?")
# Quoted local parts are lawful, used by nobody, and a way to make one address look like another.
_LOCAL_FORBIDDEN = frozenset('"(),:;<>@[\\]')
# How a word of RFC 2047 begins: mail programs read the address that is written in it, and bring the mail to that one.
_ENCODED_WORD = "=?"
_INVISIBLE = frozenset({"Cc", "Cf", "Cs", "Co", "Cn", "Zl", "Zp", "Zs"})


@dataclasses.dataclass(frozen=True)
class EmailAddress:
    """An address as the person typed it, and what makes two addresses the same."""

    typed: str = dataclasses.field(repr=False)
    key: str = dataclasses.field(repr=False)


NO_EMAIL = EmailAddress("", "")
"""Of somebody whom another issuer vouches for and who has no verified address, or one that another account has."""


def masked(email: EmailAddress) -> str:
    """Enough for whoever knows the address to know it again: its first character and its domain. Empty for none."""
    local, at, domain = email.typed.rpartition("@")
    return f"{local[:1]}\u2022\u2022\u2022@{domain}" if at else ""


def parse_email(text: str) -> EmailAddress:
    """The address without surrounding spaces. Raises InvalidEmail."""
    typed = text.strip()
    if len(typed) > ADDRESS_CHARACTERS_MAX:
        raise InvalidEmail
    folded = unicodedata.normalize("NFKC", unicodedata.normalize("NFKC", typed).casefold())
    local, at, domain = folded.rpartition("@")
    if not at:
        raise InvalidEmail
    key = f"{_checked_local(local)}@{_checked_domain(domain)}"
    if len(key) > ADDRESS_CHARACTERS_MAX:
        raise InvalidEmail
    return EmailAddress(typed, key)


def _checked_local(local: str) -> str:
    if not 1 <= len(local) <= LOCAL_CHARACTERS_MAX or not all(local.split(".")):
        raise InvalidEmail
    if _ENCODED_WORD in local or any(
        character in _LOCAL_FORBIDDEN or unicodedata.category(character) in _INVISIBLE for character in local
    ):
        raise InvalidEmail
    return local


def _checked_domain(domain: str) -> str:
    try:
        ascii_domain = domain.encode("idna").decode("ascii").lower()
    except UnicodeError as error:
        raise InvalidEmail from error
    labels = ascii_domain.split(".")
    # One machine of one's own needs no registered name.
    if (len(labels) < 2 and ascii_domain != "localhost") or not all(_LABEL.fullmatch(label) for label in labels):
        raise InvalidEmail
    return ascii_domain
