"""Revoked API keys from NATS, so that their end is felt at once."""

from __future__ import annotations

from collections.abc import Callable

from chassis.bus.connection import Bus
from services.gateway.events.facts import Facts
from stripsession.auth.v1 import events_pb2


class KeyFacts(Facts[events_pb2.ApiKeyRevoked]):
    """Whoever missed a fact asks auth again within a second all the same."""

    def __init__(self, bus: Bus, forget: Callable[[str], None]) -> None:
        """`forget` is told each key's id."""
        super().__init__("key facts", bus, (events_pb2.ApiKeyRevoked,), lambda fact: forget(fact.key_id))
