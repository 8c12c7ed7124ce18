"""Idempotency-Key: the caller's own name for a request, so that sending it twice makes one thing."""

from __future__ import annotations

import re

from services.gateway.api.endpoint import Call
from services.gateway.api.problems import refuse
from services.gateway.api.schema import Text

_KEY = re.compile(r"[\x21-\x7e]{1,200}")


def idempotency_header(summary: str, example: str) -> Text:
    """The header of an operation; `summary` says what the same key gives, and what another request does with it."""
    return Text(
        "Idempotency-Key",
        f"1 to 200 visible ASCII characters of your choice. {summary}",
        length_min=1,
        length_max=200,
        pattern=r"^[\x21-\x7E]*$",
        example=example,
    )


def idempotency_key(call: Call) -> str:
    """What was sent, or "". Raises Refused."""
    key = call.request.headers.get("idempotency-key")
    if key is not None and not _KEY.fullmatch(key):
        raise refuse(400, "MALFORMED_HEADER", "Idempotency-Key must be 1 to 200 visible ASCII characters.")
    return key or ""
