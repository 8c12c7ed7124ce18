"""A person's account."""

from __future__ import annotations

import dataclasses
import datetime
import unicodedata

from services.auth.domain.email_address import EmailAddress
from services.auth.domain.errors import DisplayNameTooLong

DISPLAY_NAME_CHARACTERS_MAX = 100
_HIDDEN = frozenset({"Cc", "Cs", "Co", "Cn", "Zl", "Zp"})
# Overrides of direction can make a name read as another one; joiners, which scripts and emoji need, are none of these.
_DIRECTIONS = frozenset("\u202a\u202b\u202c\u202d\u202e\u2066\u2067\u2068\u2069")


@dataclasses.dataclass(frozen=True)
class Account:
    """Without `password_hash` nobody signs in by password."""

    user_id: str
    email: EmailAddress
    display_name: str
    created_at: datetime.datetime
    password_hash: str | None = dataclasses.field(default=None, repr=False)
    email_verified_at: datetime.datetime | None = None
    """When it was shown that the person reads mail to the address; None where it was not."""
    age_confirmed_at: datetime.datetime | None = None
    """When it was said that the person is 13 or older; None where nobody was asked. How old they are is not asked."""


def clean_display_name(text: str) -> str:
    """`text` in NFC on one line without what cannot be seen; may be empty. Raises DisplayNameTooLong."""
    spaced = "".join(" " if character.isspace() else character for character in unicodedata.normalize("NFC", text))
    kept = (
        character
        for character in spaced
        if character not in _DIRECTIONS and unicodedata.category(character) not in _HIDDEN
    )
    name = " ".join("".join(kept).split())
    if len(name) > DISPLAY_NAME_CHARACTERS_MAX:
        raise DisplayNameTooLong
    return name
