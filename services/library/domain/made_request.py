"""A request by its own name, remembered for a day, so that sending it twice makes one thing."""

from __future__ import annotations

import dataclasses
import datetime
import hashlib
import json

REQUEST_LIFE = datetime.timedelta(hours=24)
"""How long a request's name stands for what it made."""


@dataclasses.dataclass(frozen=True)
class MadeRequest:
    """What is kept of a request: neither its name, which may be anything, nor what it asked for."""

    operation: str
    name_hash: bytes
    content_hash: bytes
    """Of all that was asked for: the same name with other content is a mistake."""


def request_of(operation: str, name: str, *content: object) -> MadeRequest | None:
    """The request; None for one without a name. `content` must be writable as JSON."""
    if not name:
        return None
    written = json.dumps(content, separators=(",", ":")).encode()
    return MadeRequest(operation, hashlib.sha256(name.encode()).digest(), hashlib.sha256(written).digest())
