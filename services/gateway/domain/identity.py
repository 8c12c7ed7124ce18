"""Who a request speaks for."""

from __future__ import annotations

import dataclasses
import datetime


@dataclasses.dataclass(frozen=True)
class Identity:
    """A person, as a verified access token names them."""

    user_id: str
    session_id: str
    expires_at: datetime.datetime
    """When the token ends; whatever lasts longer than a request ends with it."""
    key_id: str = ""
    """The API key that speaks for the person; empty for a session."""
    key_ends_at: datetime.datetime | None = None
    """When that key runs out; None where it does not, and for a session."""
    scopes: frozenset[str] = frozenset()
    """What that key is for; a session may do all."""
    authenticated_at: datetime.datetime | None = None
    """When the person last showed who they are, as the token says; None where it does not, and for a key."""
