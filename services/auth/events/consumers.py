"""Facts of others that people are written to about. A handler may see a fact twice or late."""

from __future__ import annotations

from chassis.bus.consumer import Delivery, Unwanted
from services.auth.app.ports import Ports
from services.auth.app.tell_webhook_given_up import tell_webhook_given_up
from stripsession.library.v1 import events_pb2 as library_events

WEBHOOK_GIVEN_UP = "auth-webhook-given-up"
"""The consumer's name on the bus and in the inbox."""


class FactHandlers:
    """What to do about them."""

    def __init__(self, ports: Ports) -> None:
        """Auth alone knows where people are written to."""
        self._ports = ports

    async def webhook_given_up(self, delivery: Delivery[library_events.WebhookGivenUp]) -> None:
        """Its owner hears of it."""
        if not delivery.fact.owner_id:
            raise Unwanted("a webhook of nobody")
        await tell_webhook_given_up(self._ports, WEBHOOK_GIVEN_UP, delivery.message_id, delivery.fact.owner_id)
