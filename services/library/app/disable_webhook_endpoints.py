"""A person's account was taken back: their programs hear nothing more until they say so."""

from __future__ import annotations

import datetime

from services.library.app.ports import Ports


async def disable_webhook_endpoints(ports: Ports, owner_id: str, until: datetime.datetime) -> int:
    """How many were disabled of those that were made and last enabled by then; what waits for them is given up.

    Those that were disabled before are marked as well: whoever had the account may have sent them elsewhere, and their
    owner is to say where they lead as they enable them. Idempotent: what its owner enables afterwards stays enabled.
    """
    async with ports.store.transaction() as work:
        disabled = 0
        for endpoint in await work.webhook_endpoints.every_locked(owner_id):
            if endpoint.wanted_at > until:
                continue
            # Auth, which told us, has written to its owner: no fact of this is made.
            await work.webhook_endpoints.save(endpoint.reclaimed(ports.clock.now()))
            if endpoint.disabled_at is None:
                await work.webhook_deliveries.give_up(endpoint.endpoint_id)
                disabled += 1
    return disabled
