"""Facts of others that the library acts on. A handler may see a fact twice or late."""

from __future__ import annotations

import datetime
import logging

from chassis import logs
from chassis.bus.consumer import Delivery, TryLater, Unwanted
from services.library.app.disable_webhook_endpoints import disable_webhook_endpoints
from services.library.app.ports import Ports
from services.library.domain.webhook import RECLAIM_MARGIN
from stripsession.auth.v1 import events_pb2 as auth_events

_log = logging.getLogger(__name__)

RECLAIMED = "library-account-reclaimed"
"""The consumer's name on the bus."""


class FactHandlers:
    """What to do when auth tells of a person."""

    def __init__(self, ports: Ports) -> None:
        """Everything they need is in the ports."""
        self._ports = ports

    async def account_reclaimed(self, delivery: Delivery[auth_events.AccountReclaimed]) -> None:
        """Tell nobody of this person's tracks until they say so.

        At once, and again when whoever had the account can do nothing more: until then they may undo it.
        """
        fact = delivery.fact
        if not (fact.user_id and fact.HasField("reclaimed_at")):
            raise Unwanted("an account that was taken back, without a person or a time")
        until = fact.reclaimed_at.ToDatetime(datetime.UTC) + RECLAIM_MARGIN
        # Before anything is disabled: a moment more, and what was enabled in it would not be seen to again.
        remaining = until - self._ports.clock.now()
        count = await disable_webhook_endpoints(self._ports, fact.user_id, until)
        if count:
            logs.event(_log, logging.INFO, "webhook endpoints disabled", user_id=fact.user_id, count=count)
        if remaining > datetime.timedelta():
            raise TryLater(remaining.total_seconds())
