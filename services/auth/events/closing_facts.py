"""Facts of accounts that their people close. A handler may see a fact twice or late."""

from __future__ import annotations

import datetime

from chassis.bus.connection import Bus
from chassis.bus.consumer import Consumer, Delivery, Unwanted
from chassis.bus.topology import FACTS
from chassis.db.pool import Database
from chassis.lifecycle import Part
from services.auth.app.ports import Ports
from services.auth.app.tell_closing import tell_closing_asked, tell_closing_withdrawn
from stripsession.retention.v1 import events_pb2 as retention_events

CLOSING_ASKED = "auth-account-closing-asked"
"""The consumer's name on the bus and in the inbox."""
CLOSING_WITHDRAWN = "auth-account-closing-withdrawn"


class ClosingFactHandlers:
    """What to do about them."""

    def __init__(self, ports: Ports) -> None:
        """Auth alone knows where people are written to."""
        self._ports = ports

    async def asked(self, delivery: Delivery[retention_events.AccountClosingAsked]) -> None:
        """Its person hears of it, who may not have asked."""
        fact = delivery.fact
        if not (fact.user_id and fact.HasField("asked_at") and fact.HasField("due_at")):
            raise Unwanted("a closing of nobody, or for no day")
        moments = fact.asked_at.ToDatetime(datetime.UTC), fact.due_at.ToDatetime(datetime.UTC)
        await tell_closing_asked(self._ports, CLOSING_ASKED, delivery.message_id, fact.user_id, *moments)

    async def withdrawn(self, delivery: Delivery[retention_events.AccountClosingWithdrawn]) -> None:
        """And of that."""
        fact = delivery.fact
        if not (fact.user_id and fact.HasField("withdrawn_at")):
            raise Unwanted("a closing of nobody, or taken back at no moment")
        at = fact.withdrawn_at.ToDatetime(datetime.UTC)
        await tell_closing_withdrawn(self._ports, CLOSING_WITHDRAWN, delivery.message_id, fact.user_id, at)


def closing_consumers(ports: Ports, database: Database, bus: Bus) -> list[Part]:
    """The consumers that have people written to about the closing of their accounts."""
    handlers = ClosingFactHandlers(ports)
    asked = Consumer(
        bus,
        database,
        stream=FACTS.name,
        durable=CLOSING_ASKED,
        kind=retention_events.AccountClosingAsked,
        handle=handlers.asked,
    )
    withdrawn = Consumer(
        bus,
        database,
        stream=FACTS.name,
        durable=CLOSING_WITHDRAWN,
        kind=retention_events.AccountClosingWithdrawn,
        handle=handlers.withdrawn,
    )
    return [asked, withdrawn]
