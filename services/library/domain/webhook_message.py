"""A message as it is sent, signed as Standard Webhooks 1.0.0 has it."""

from __future__ import annotations

import base64
import datetime
import hashlib
import hmac
import json
import secrets
from collections.abc import Mapping, Sequence

from services.library.domain.keys import Key
from services.library.domain.webhook import Delivery

SECRET_PREFIX = "whsec_"  # noqa: S105 - what secrets begin with
_SECRET_BYTES = 32


def new_secret() -> Key:
    """256 random bits."""
    return Key(secrets.token_bytes(_SECRET_BYTES))


def shown(secret: Key) -> str:
    """A secret as its owner is told it."""
    return SECRET_PREFIX + base64.b64encode(secret.material).decode()


def body_of(delivery: Delivery) -> bytes:
    """The message's body: names and words alone, the same at each try. Whoever may read more asks for it."""
    data = {"track_id": delivery.track_id, "state": delivery.state} if delivery.track_id else {}
    told_at = delivery.created_at.astimezone(datetime.UTC).isoformat(timespec="milliseconds").replace("+00:00", "Z")
    message = {"type": delivery.event.value, "timestamp": told_at, "data": data}
    return json.dumps(message, separators=(",", ":")).encode()


def headers_of(message_id: str, body: bytes, secret_keys: Sequence[Key], now: datetime.datetime) -> Mapping[str, str]:
    """The headers that say who sent it and when, with a signature by each of the secrets."""
    second = str(int(now.timestamp()))
    signed = b".".join((message_id.encode(), second.encode(), body))
    signatures = (base64.b64encode(hmac.digest(key.material, signed, hashlib.sha256)).decode() for key in secret_keys)
    return {
        "webhook-id": message_id,
        "webhook-timestamp": second,
        "webhook-signature": " ".join(f"v1,{signature}" for signature in signatures),
    }
