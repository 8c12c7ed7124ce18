"""What the payment provider tells."""

from __future__ import annotations

import json
import time

from stack.stripe import signing
from tests.integration.stripe.shop import SECRET


def signed_event() -> tuple[bytes, str]:
    """An event of the payment provider that nothing follows from, and its signature."""
    event = {"id": "evt_walk", "type": "balance.available", "created": 1_800_000_000, "data": {"object": {}}}
    body = json.dumps(event).encode()
    return body, signing.signature(body, [SECRET], int(time.time()))
