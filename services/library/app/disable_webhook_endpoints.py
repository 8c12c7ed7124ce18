"""A person's account was taken back: their programs hear nothing more until they say so."""

from __future__ import annotations

import datetime

from services.library.app.give_up_webhook import give_up_webhook
from services.library.app.ports import Ports
from services.library.domain.webhook import DisabledReason


async def disable_webhook_endpoints(ports: Ports, owner_id: str, until: datetime.datetime) -> int:
    """How many were disabled of those that were made and last enabled by then; what waits for them is given up.

    Idempotent: what its owner enables afterwards stays enabled. Endpoints that were disabled keep their reason.
    """
    async with ports.store.transaction() as work:
        disabled = 0
        for endpoint in await work.webhook_endpoints.every_locked(owner_id):
            if endpoint.disabled_at is not None or endpoint.wanted_at > until:
                continue
            await give_up_webhook(work, endpoint, DisabledReason.RECLAIMED, ports.clock.now())
            disabled += 1
    return disabled
