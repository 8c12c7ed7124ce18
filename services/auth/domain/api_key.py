"""API keys: what programs show in a person's place, each for a few named things."""

from __future__ import annotations

import dataclasses
import datetime
import hashlib
import re
import secrets
import zlib
from collections.abc import Iterable

from services.auth.domain.account import clean_display_name
from services.auth.domain.errors import ApiKeyLifeInvalid, ApiKeyNameInvalid, DisplayNameTooLong, ScopesInvalid

PREFIX = "sks_live_"
"""What every key begins with, so that whoever finds one in a log or a repository knows what it is."""
SCOPES = ("tracks:read", "tracks:write", "downloads", "shares", "billing:read")
"""Everything that a key can be for."""
KEYS_MAX = 25
"""Most keys of one person that work at once."""
LIFE_DAYS_DEFAULT = 90
LIFE_DAYS_MAX = 366
IDEMPOTENCY_LIFE = datetime.timedelta(hours=24)
"""How long a request's own name stands for what it made."""
ENDING_CHARACTERS = 4
_DIGITS = "0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz"
_RANDOM_BITS = 256
_RANDOM_CHARACTERS = 43
_CHECK_CHARACTERS = 6
_SHAPE = re.compile(rf"{PREFIX}([0-9A-Za-z]{{{_RANDOM_CHARACTERS}}})([0-9A-Za-z]{{{_CHECK_CHARACTERS}}})")


@dataclasses.dataclass(frozen=True)
class ApiKey:
    """One key. What its holder shows is not part of it: only whoever made it was told that."""

    key_id: str
    user_id: str
    name: str
    scopes: tuple[str, ...]
    ending: str
    """The last characters of what is shown, to tell keys apart by. They are of its checksum."""
    created_at: datetime.datetime
    expires_at: datetime.datetime | None
    """None works until it is revoked."""
    last_used_on: datetime.date | None = None
    """The day in UTC."""
    revoked_at: datetime.datetime | None = None

    def is_live(self, now: datetime.datetime) -> bool:
        """Whether it opens anything at that moment."""
        return self.revoked_at is None and (self.expires_at is None or now < self.expires_at)


@dataclasses.dataclass(frozen=True)
class Request:
    """A request to make a key, by its own name, as it is remembered for a day."""

    name_hash: bytes
    content_hash: bytes
    """Of all that was asked for: the same name with other content is a mistake."""


def new_key_secret() -> str:
    """A fresh key: 256 random bits in letters and digits, and a checksum."""
    number = secrets.randbits(_RANDOM_BITS)
    random = _in_base_62(number, _RANDOM_CHARACTERS)
    return f"{PREFIX}{random}{_checksum(random)}"


def digest_of(secret: str) -> bytes | None:
    """What is kept of a key, and what it is looked up by; None for what cannot be one.

    Plain SHA-256 is enough, since nobody guesses 256 random bits.
    """
    match = _SHAPE.fullmatch(secret)
    if match is None or match[2] != _checksum(match[1]):
        return None
    return hashlib.sha256(secret.encode()).digest()


def clean_key_name(text: str) -> str:
    """The name as it is kept: one line of 1 to 100 visible characters. Raises ApiKeyNameInvalid."""
    try:
        name = clean_display_name(text)
    except DisplayNameTooLong as error:
        raise ApiKeyNameInvalid from error
    if not name:
        raise ApiKeyNameInvalid
    return name


def checked_scopes(scopes: Iterable[str]) -> tuple[str, ...]:
    """Each once, in the order of SCOPES. Raises ScopesInvalid."""
    asked = set(scopes)
    if not asked or not asked <= set(SCOPES):
        raise ScopesInvalid
    return tuple(scope for scope in SCOPES if scope in asked)


def end_of(now: datetime.datetime, life_days: int, *, never: bool) -> datetime.datetime | None:
    """When a key made now stops working; 0 days takes the usual time. Raises ApiKeyLifeInvalid."""
    if never:
        if life_days:
            raise ApiKeyLifeInvalid
        return None
    if not 0 <= life_days <= LIFE_DAYS_MAX:
        raise ApiKeyLifeInvalid
    return now + datetime.timedelta(days=life_days or LIFE_DAYS_DEFAULT)


def request_of(idempotency_key: str, content: tuple[object, ...]) -> Request:
    """How a request is remembered: neither its name nor its content can be read back."""
    return Request(hashlib.sha256(idempotency_key.encode()).digest(), hashlib.sha256(repr(content).encode()).digest())


def _checksum(random: str) -> str:
    """CRC-32, as scanners of other makers' keys know it: it tells a key from what only looks like one, offline."""
    return _in_base_62(zlib.crc32(random.encode()), _CHECK_CHARACTERS)


def _in_base_62(number: int, characters: int) -> str:
    digits = []
    for _ in range(characters):
        number, digit = divmod(number, len(_DIGITS))
        digits.append(_DIGITS[digit])
    return "".join(reversed(digits))
