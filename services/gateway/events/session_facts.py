"""Ends of sessions from NATS, so that their access tokens are refused at once."""

from __future__ import annotations

import datetime
from collections.abc import Callable

from chassis.bus.connection import Bus
from services.gateway.domain.ended_sessions import EndedSessions
from services.gateway.events.facts import Facts
from stripsession.auth.v1 import events_pb2


class SessionFacts(Facts[events_pb2.SessionEnded]):
    """A lost fact is found by the next reading."""

    def __init__(self, bus: Bus, ended: EndedSessions, listening: Callable[[], None]) -> None:
        """`listening` is called whenever facts begin to be heard: what came before has to be read."""
        super().__init__("session facts", bus, (events_pb2.SessionEnded,), self._note)
        self._ended = ended
        self._told = listening

    def begun(self) -> None:
        """See `__init__`."""
        self._told()

    def _note(self, fact: events_pb2.SessionEnded) -> None:
        until = fact.access_until.ToDatetime(datetime.UTC)
        self._ended.note(fact.session_id, until, datetime.datetime.now(datetime.UTC))
