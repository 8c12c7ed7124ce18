"""Events as they arrive: verified by their bytes, then read."""

from __future__ import annotations

import datetime
import json
from collections.abc import Sequence

import stripe

from services.billing.clients.stripe import reading
from services.billing.domain.errors import SignatureInvalid
from services.billing.domain.payments import ReceivedEvent

TOLERANCE_S = 300
"""How old, or how far ahead of our clock, a signature may be."""


def read_event(body: bytes, signature: str, secrets: Sequence[str], at: datetime.datetime) -> ReceivedEvent:
    """What an event says of itself. Any of the secrets may have signed it, as two do while one takes over.

    Raises SignatureInvalid, also for what is signed and is no event.
    """
    signed_at = _signed_at(signature)
    # Both ways, and by ourselves: the SDK takes a signature of the future for good for as long as that lasts.
    if signed_at is None or abs(at.timestamp() - signed_at) > TOLERANCE_S:
        raise SignatureInvalid
    if not any(_is_of(body, signature, secret) for secret in secrets):
        raise SignatureInvalid
    try:
        return reading.event(json.loads(body))
    except (ValueError, KeyError, TypeError, AttributeError, OverflowError, OSError, RecursionError) as error:
        raise SignatureInvalid from error


def _signed_at(signature: str) -> int | None:
    times = [part.removeprefix("t=") for part in signature.split(",") if part.startswith("t=")]
    # One alone: of two, the SDK would sign with the one and we would compare the other.
    is_time = len(times) == 1 and times[0].isascii() and times[0].isdigit() and len(times[0]) < 12
    return int(times[0]) if is_time else None


def _is_of(body: bytes, signature: str, secret: str) -> bool:
    try:
        stripe.WebhookSignature.verify_header(body.decode(), signature, secret, tolerance=None)
    except (stripe.SignatureVerificationError, UnicodeDecodeError, TypeError):  # the last: letters beyond ASCII
        return False
    return True
