"""A person changes a webhook endpoint, or takes it away."""

from __future__ import annotations

import dataclasses
from collections.abc import Sequence

from services.library.app.ports import Ports, Work
from services.library.domain.errors import WebhookNotFound, WebhookUrlNeeded
from services.library.domain.webhook import DisabledReason, Endpoint, checked_events

_REMOVED_AT_ONCE = 500
"""Messages, each with its tries, that one transaction removes: an endpoint of many must not outlast a statement."""


async def update_webhook_endpoint(
    ports: Ports,
    owner_id: str,
    endpoint_id: str,
    *,
    url: str | None,
    events: Sequence[str],
    enabled: bool | None,
) -> Endpoint:
    """Change what is given. Raises WebhookNotFound, WebhookUrlInvalid, WebhookUrlNeeded or WebhookEventsInvalid.

    What waits goes to the new address. Of what happens while it is disabled nothing is told later. An endpoint of an
    account that was taken back is enabled by whoever says its address: the one that it has may be somebody else's.
    """
    if url is not None:
        ports.webhooks.require_url(url)
    async with ports.store.transaction() as work:
        endpoint = await owned_endpoint(work, owner_id, endpoint_id)
        if enabled and url is None and endpoint.disabled_reason is DisabledReason.RECLAIMED:
            raise WebhookUrlNeeded
        if url is not None:
            endpoint = dataclasses.replace(endpoint, url=url)
        if events:
            endpoint = dataclasses.replace(endpoint, events=checked_events(events))
        if enabled is not None:
            now = ports.clock.now()
            endpoint = endpoint.enabled(now) if enabled else endpoint.disabled(DisabledReason.ASKED, now)
        await work.webhook_endpoints.save(endpoint)
        if endpoint.disabled_at is not None:
            await work.webhook_deliveries.give_up(endpoint_id)
    return endpoint


async def delete_webhook_endpoint(ports: Ports, owner_id: str, endpoint_id: str) -> None:
    """Remove it with its log; nothing more is sent there. Raises WebhookNotFound.

    Whoever gives up waiting finds it disabled, and asks again.
    """
    async with ports.store.transaction() as work:
        endpoint = await owned_endpoint(work, owner_id, endpoint_id)
        await work.webhook_endpoints.save(endpoint.disabled(DisabledReason.ASKED, ports.clock.now()))
    while True:
        async with ports.store.transaction() as work:
            # None: another request of the same removed the last of it.
            found = await work.webhook_endpoints.locked(owner_id, endpoint_id)
            if found is None or await work.webhook_endpoints.remove(endpoint_id, _REMOVED_AT_ONCE):
                return


async def owned_endpoint(work: Work, owner_id: str, endpoint_id: str) -> Endpoint:
    """One of a person's endpoints, locked. Raises WebhookNotFound."""
    endpoint = await work.webhook_endpoints.locked(owner_id, endpoint_id)
    if endpoint is None:
        raise WebhookNotFound
    return endpoint
