"""Session tokens as Clerk makes them: a minute long, for one page."""

from __future__ import annotations

import secrets
from typing import Any

from stack.issuer.people import People

LIFE_S = 60
_BACKDATED_S = 10


def session_token(people: People, address: str, subject: str, page: str, **changed: object) -> str:
    """A token of a fresh session at the page of this origin; claims may be changed, and None takes one away."""
    now = int(people.now_s())
    claims: dict[str, Any] = {
        "azp": page,
        "exp": now + LIFE_S,
        "fva": [0, -1],
        "iat": now,
        "iss": address,
        "nbf": now - _BACKDATED_S,
        "sid": f"sess_{secrets.token_hex(13)}",
        "sts": "active",
        "sub": subject,
        "v": 2,
    } | changed
    return people.sign({name: value for name, value in claims.items() if value is not None})
