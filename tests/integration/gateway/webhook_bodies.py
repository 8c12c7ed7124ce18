"""What the services behind the gateway take of webhooks."""

from __future__ import annotations

import json


def is_object(body: bytes) -> bool:
    """Whether these bytes are a JSON object, as every webhook's are."""
    try:
        return isinstance(json.loads(body), dict)
    except ValueError:
        return False
