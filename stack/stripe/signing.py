"""How a webhook is signed: `Stripe-Signature: t=...,v1=...`, one v1 for each secret that is in force."""

from __future__ import annotations

import hashlib
import hmac
from collections.abc import Sequence

HEADER = "Stripe-Signature"


def signature(body: bytes, secrets: Sequence[str], timestamp: int) -> str:
    """The header's value for this body."""
    signed = b"%d." % timestamp + body
    parts = [hmac.new(secret.encode(), signed, hashlib.sha256).hexdigest() for secret in secrets]
    return ",".join([f"t={timestamp}", *(f"v1={part}" for part in parts)])
