"""Give a webhook endpoint up that its owner has not disabled."""

from __future__ import annotations

import datetime

from services.library.app.ports import Work
from services.library.domain.facts import WebhookGivenUp
from services.library.domain.webhook import DisabledReason, Endpoint


async def give_up_webhook(work: Work, endpoint: Endpoint, reason: DisabledReason, now: datetime.datetime) -> None:
    """Nothing is sent to a locked endpoint any more, which was enabled, and its owner is to hear of it.

    Within the unit of work that found it so.
    """
    await work.webhook_endpoints.save(endpoint.disabled(reason, now))
    await work.webhook_deliveries.give_up(endpoint.endpoint_id)
    await work.publish(WebhookGivenUp(endpoint.endpoint_id, endpoint.owner_id))
