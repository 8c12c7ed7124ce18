"""Facts of others that the library acts on. A handler may see a fact twice or late."""

from __future__ import annotations

import datetime
import logging

from chassis import logs
from chassis.bus.consumer import Delivery, Unwanted
from services.library.app.disable_webhook_endpoints import disable_webhook_endpoints
from services.library.app.ports import Ports
from stripsession.auth.v1 import events_pb2 as auth_events

_log = logging.getLogger(__name__)


class FactHandlers:
    """What to do when auth tells of a person."""

    def __init__(self, ports: Ports) -> None:
        """Everything they need is in the ports."""
        self._ports = ports

    async def account_reclaimed(self, delivery: Delivery[auth_events.AccountReclaimed]) -> None:
        """Tell nobody of this person's tracks until they say so."""
        fact = delivery.fact
        if not (fact.user_id and fact.HasField("reclaimed_at")):
            raise Unwanted("an account that was taken back, without a person or a time")
        at = fact.reclaimed_at.ToDatetime(datetime.UTC)
        count = await disable_webhook_endpoints(self._ports, fact.user_id, delivery.message_id, at)
        if count:
            logs.event(_log, logging.INFO, "webhook endpoints disabled", user_id=fact.user_id, count=count)
