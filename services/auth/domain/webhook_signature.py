"""Messages signed as Svix signs them for Clerk: `v1,<base64>`, an HMAC over the id, the second and the body."""

from __future__ import annotations

import base64
import binascii
import dataclasses
import datetime
import hashlib
import hmac

from services.auth.domain.errors import WebhookRefused

TOLERANCE = datetime.timedelta(minutes=5)
"""How old a message may be, and how far ahead. Repeated ones are signed anew."""
MESSAGE_ID_CHARACTERS_MAX = 200
_SECRET_BYTES_MIN = 24
_SIGNATURES_MAX = 10


class WebhookSecretUnusable(ValueError):
    """The secret of webhooks must be `whsec_` and at least 24 bytes in base64."""


@dataclasses.dataclass(frozen=True)
class SignedMessage:
    """A message as it came."""

    body: bytes = dataclasses.field(repr=False)
    message_id: str
    timestamp: str
    signatures: str
    """Several while a secret is being changed, with spaces between them."""


def secret_key(text: str) -> bytes:
    """The key in a secret as the dashboard shows it. Raises WebhookSecretUnusable."""
    prefix, _, encoded = text.strip().partition("_")
    try:
        key = base64.b64decode(encoded, validate=True)
    except (binascii.Error, ValueError) as error:
        raise WebhookSecretUnusable from error
    if prefix != "whsec" or len(key) < _SECRET_BYTES_MIN:
        raise WebhookSecretUnusable
    return key


def check_signature(message: SignedMessage, key: bytes, now: datetime.datetime) -> None:
    """Raises WebhookRefused unless the key signed this very message within the last minutes."""
    if not 0 < len(message.message_id) <= MESSAGE_ID_CHARACTERS_MAX or "." in message.message_id:
        raise WebhookRefused
    if not (message.timestamp.isascii() and message.timestamp.isdigit() and len(message.timestamp) < 12):
        raise WebhookRefused
    if abs(now.timestamp() - int(message.timestamp)) > TOLERANCE.total_seconds():
        raise WebhookRefused
    signed = f"{message.message_id}.{message.timestamp}.".encode() + message.body
    expected = hmac.new(key, signed, hashlib.sha256).digest()
    # Each is compared in full, whichever fits.
    found = [_is_ours(each, expected) for each in message.signatures.split()[:_SIGNATURES_MAX]]
    if not any(found):
        raise WebhookRefused


def _is_ours(signature: str, expected: bytes) -> bool:
    version, _, encoded = signature.partition(",")
    try:
        given = base64.b64decode(encoded, validate=True)
    except (binascii.Error, ValueError):
        return False
    return version == "v1" and hmac.compare_digest(given, expected)
