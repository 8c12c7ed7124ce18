"""A person looks at what was sent to a webhook endpoint."""

from __future__ import annotations

from services.library.app.page_tokens import page_token_of, read_token
from services.library.app.ports import Ports
from services.library.app.update_webhook_endpoint import owned_endpoint
from services.library.domain.errors import PageTokenInvalid
from services.library.domain.webhook import Delivery

PAGE_DELIVERIES = 50
PAGE_DELIVERIES_MAX = 200
_SEQUENCE_DIGITS_MAX = 18


async def list_webhook_deliveries(
    ports: Ports, owner_id: str, endpoint_id: str, page_size: int, page_token: str
) -> tuple[tuple[Delivery, ...], str]:
    """A page of messages with their tries, the newest first, and the token of the next page or "".

    Raises WebhookNotFound or PageTokenInvalid.
    """
    size = min(max(page_size, 0) or PAGE_DELIVERIES, PAGE_DELIVERIES_MAX)
    place = read_token(page_token)
    before = _sequence(place.row_id) if place else None
    async with ports.store.transaction() as work:
        await owned_endpoint(work, owner_id, endpoint_id)
        found = await work.webhook_deliveries.page(endpoint_id, before, size + 1)
    shown = found[:size]
    return shown, page_token_of(shown[-1].created_at, str(shown[-1].sequence)) if len(found) > size else ""


def _sequence(text: str) -> int:
    if not (text.isascii() and text.isdigit() and len(text) <= _SEQUENCE_DIGITS_MAX):
        raise PageTokenInvalid
    return int(text)
