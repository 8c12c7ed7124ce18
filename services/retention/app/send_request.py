"""Somebody sends a request about privacy."""

from __future__ import annotations

import dataclasses

from services.retention.app.request_erasure import require_person
from services.retention.app.request_ports import RequestPorts
from services.retention.domain.account_closing import digest, new_token
from services.retention.domain.errors import ClosingBegun, IdempotencyKeyReused, RequestsFull, TooManyRequests
from services.retention.domain.privacy_request import (
    OPEN_OF_PERSON_MAX,
    OPEN_OF_STRANGERS_MAX,
    Kind,
    PrivacyRequest,
    received,
)


@dataclasses.dataclass(frozen=True)
class Sent:
    """A stranger's, and what they follow it by."""

    request: PrivacyRequest
    token: str


async def send_request(
    ports: RequestPorts, user_id: str, kind: Kind, text: str, *, idempotency_key: str = ""
) -> PrivacyRequest:
    """Note a person's; the same key makes it once.

    Raises IdentifierMissing, IdentifierUnknown, RequestTextInvalid, IdempotencyKeyReused, TooManyRequests and
    ClosingBegun.
    """
    require_person(user_id)
    fresh = received(kind, text, ports.clock.now(), user_id=user_id, idempotency_key=idempotency_key)
    async with ports.requests.transaction() as work:
        await work.sending(user_id)
        known = await work.request_by_key(user_id, idempotency_key) if idempotency_key else None
        if known is not None:
            if (known.kind, known.text) != (fresh.kind, fresh.text):
                raise IdempotencyKeyReused
            return known
        erasure = await work.get(user_id)
        if erasure is not None and erasure.finished_at is None:
            raise ClosingBegun
        if await work.open_count(user_id) >= OPEN_OF_PERSON_MAX:
            raise TooManyRequests
        await work.add_request(fresh, None)
    return fresh


async def send_strangers_request(ports: RequestPorts, kind: Kind, text: str, reply_to: str) -> Sent:
    """Note that of somebody without an account. Nothing is mailed to the address: it may be anybody's.

    Raises RequestTextInvalid, ReplyAddressInvalid and RequestsFull.
    """
    fresh, token = received(kind, text, ports.clock.now(), reply_to=reply_to), new_token()
    async with ports.requests.transaction() as work:
        await work.sending("")
        if await work.open_count("") >= OPEN_OF_STRANGERS_MAX:
            raise RequestsFull
        await work.add_request(fresh, digest(token))
    return Sent(fresh, token)
