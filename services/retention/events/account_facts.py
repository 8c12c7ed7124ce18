"""Facts of others that begin the erasure of a person. A handler may see a fact twice or late."""

from __future__ import annotations

import datetime
from collections.abc import Callable

from chassis.bus.consumer import Delivery, Unwanted
from services.retention.app.account_ports import AccountPorts
from services.retention.app.request_erasure import request_erasure
from stripsession.auth.v1 import events_pb2 as auth_events


class AccountFactHandlers:
    """What to do when a person is to be erased."""

    def __init__(self, ports: AccountPorts, erase: Callable[[], None]) -> None:
        """`erase` wakes the timer."""
        self._ports = ports
        self._erase = erase

    async def deletion_requested(self, delivery: Delivery[auth_events.AccountDeletionRequested]) -> None:
        """Note it, and begin."""
        fact = delivery.fact
        if not (fact.user_id and fact.HasField("requested_at")):
            raise Unwanted("a deletion without a person or a time")
        if await request_erasure(self._ports, fact.user_id, fact.requested_at.ToDatetime(datetime.UTC)):
            self._erase()
