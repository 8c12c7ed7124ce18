"""Give a webhook endpoint up that takes nothing."""

from __future__ import annotations

import datetime

from services.library.app.ports import Work
from services.library.domain.facts import WebhookGivenUp
from services.library.domain.webhook import DisabledReason, Endpoint


async def give_up_webhook(work: Work, endpoint: Endpoint, reason: DisabledReason, now: datetime.datetime) -> None:
    """Nothing is sent to a locked endpoint any more, and its owner is to hear of it, once; within what found it so."""
    await work.webhook_endpoints.save(endpoint.disabled(reason, now))
    await work.webhook_deliveries.give_up(endpoint.endpoint_id)
    if endpoint.disabled_at is None:
        await work.publish(WebhookGivenUp(endpoint.endpoint_id, endpoint.owner_id))
