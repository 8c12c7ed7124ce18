"""What makes a password good enough (after NIST SP 800-63B: length and no known ones, no rules of composition)."""

from __future__ import annotations

import unicodedata

from services.auth.domain.email_address import EmailAddress
from services.auth.domain.errors import WeakPassword
from services.auth.domain.frequent_passwords import FREQUENT

CHARACTERS_MIN = 8
CHARACTERS_MAX = 256


def check_password(password: str, email: EmailAddress) -> None:
    """Raises WeakPassword, which says what to do, unless the password may be chosen for this address."""
    if len(password) < CHARACTERS_MIN:
        raise WeakPassword(f"A password has at least {CHARACTERS_MIN} characters.")
    if len(password) > CHARACTERS_MAX:
        raise WeakPassword(f"A password has at most {CHARACTERS_MAX} characters.")
    folded = prepared(password).casefold().strip()
    if folded in (email.key, email.key.partition("@")[0], email.typed.casefold()):
        raise WeakPassword("A password must differ from the e-mail address.")
    if folded in FREQUENT or len(set(folded)) < 2:
        raise WeakPassword("This password is one of those that are guessed first. Choose another.")


def is_possible(password: str) -> bool:
    """Whether anybody can have this password, so that checking it is worth the work."""
    return CHARACTERS_MIN <= len(password) <= CHARACTERS_MAX


def prepared(password: str) -> str:
    """The form that is hashed: keyboards differ in how they compose the same characters (NFKC)."""
    return unicodedata.normalize("NFKC", password)
