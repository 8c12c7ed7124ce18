"""A share: a link that lets whoever holds its token play one track for a while."""

from __future__ import annotations

import dataclasses
import datetime
import hashlib
import json
import re
import secrets

from services.library.domain.errors import ShareLifeInvalid, ShareViewInvalid

SHARES_MAX = 50
"""Most links of one track that work at once."""
LIFE_MIN = datetime.timedelta(hours=1)
LIFE_MAX = datetime.timedelta(days=90)
LIFE_DEFAULT = datetime.timedelta(days=7)
VIEW_BYTES_MAX = 4096
VIEW_DEPTH_MAX = 16
_TOKEN_BYTES = 32
_TOKEN = re.compile(r"[A-Za-z0-9_-]{43}")


@dataclasses.dataclass(frozen=True)
class Share:
    """A link to one track. Its token is not part of it: only whoever was given the link has that."""

    share_id: str
    track_id: str
    owner_id: str
    view: str
    """The player's mix, loop, key and tempo: a JSON object of the page's own."""
    created_at: datetime.datetime
    expires_at: datetime.datetime
    revoked_at: datetime.datetime | None = None

    def is_live(self, now: datetime.datetime) -> bool:
        """Whether it opens anything at that moment."""
        return self.revoked_at is None and now < self.expires_at

    def revoked(self, now: datetime.datetime) -> Share:
        """It opens nothing from now on; the same share when it was revoked before."""
        return self if self.revoked_at is not None else dataclasses.replace(self, revoked_at=now)


def new_token() -> str:
    """256 random bits, safe in an address's fragment and in a header."""
    return secrets.token_urlsafe(_TOKEN_BYTES)


def digest_of(token: str) -> bytes | None:
    """What is kept of a token, and what a token is looked up by; None for what cannot be one."""
    return hashlib.sha256(token.encode()).digest() if _TOKEN.fullmatch(token) else None


def life_of(life_s: int) -> datetime.timedelta:
    """How long a link works; 0 takes the usual time. Raises ShareLifeInvalid."""
    if life_s == 0:
        return LIFE_DEFAULT
    if not LIFE_MIN.total_seconds() <= life_s <= LIFE_MAX.total_seconds():
        raise ShareLifeInvalid
    return datetime.timedelta(seconds=life_s)


def clean_view(text: str) -> str:
    """The view as it is kept: a JSON object of at most 4 kB and 16 levels, in short. Raises ShareViewInvalid."""
    try:
        view = json.loads(text or "{}")
        # Numbers past what a double holds read as infinite, and neither they nor half a surrogate pair can be written.
        short = json.dumps(view, ensure_ascii=False, allow_nan=False, separators=(",", ":"))
        size = len(short.encode())
    except (ValueError, RecursionError) as error:
        raise ShareViewInvalid from error
    if not isinstance(view, dict) or size > VIEW_BYTES_MAX or _is_deep(view):
        raise ShareViewInvalid
    return short


def _is_deep(view: object) -> bool:
    level = [view]
    for _ in range(VIEW_DEPTH_MAX):
        inner = (list(item.values()) if isinstance(item, dict) else item for item in level)
        level = [one for item in inner if isinstance(item, list) for one in item]
    return any(isinstance(item, dict | list) for item in level)
