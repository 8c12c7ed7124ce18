"""A person tells where their programs want to hear of tracks."""

from __future__ import annotations

from collections.abc import Sequence

from services.library.app.made_once import made_once
from services.library.app.ports import Ports
from services.library.domain.errors import SecretTold, TooManyWebhooks
from services.library.domain.identifiers import new_endpoint_id
from services.library.domain.made_request import request_of
from services.library.domain.webhook import ENDPOINTS_MAX, Endpoint, checked_events
from services.library.domain.webhook_message import new_secret, shown


async def create_webhook_endpoint(
    ports: Ports, owner_id: str, url: str, events: Sequence[str], idempotency_key: str
) -> tuple[Endpoint, str]:
    """The endpoint and its secret, which is told this once. `idempotency_key` names the request; "" is none.

    Raises WebhookUrlInvalid, WebhookEventsInvalid and TooManyWebhooks; SecretTold when this request made its endpoint
    within the last day, and KeyReused when another one did.
    """
    ports.webhooks.require_url(url)
    endpoint = Endpoint(new_endpoint_id(), owner_id, url, checked_events(events), ports.clock.now())
    request = request_of("create_webhook_endpoint", idempotency_key, url, sorted(set(events)))
    secret = new_secret()
    async with ports.store.transaction() as work:
        made = await made_once(ports, work, owner_id, request, endpoint.endpoint_id)
        if made != endpoint.endpoint_id:
            raise SecretTold(endpoint_id=made)
        if await work.webhook_endpoints.count_locked(owner_id) >= ENDPOINTS_MAX:
            raise TooManyWebhooks
        await work.webhook_endpoints.add(endpoint, secret)
    return endpoint, shown(secret)
