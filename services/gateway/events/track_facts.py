"""Facts about tracks from NATS, to whoever watches them here."""

from __future__ import annotations

from typing import Protocol, TypeAlias

from chassis.bus.connection import Bus
from services.gateway.events.facts import Facts
from stripsession.library.v1 import events_pb2 as library_events
from stripsession.separation.v1 import events_pb2 as separation_events

_OfTrack: TypeAlias = library_events.TrackChanged | library_events.SegmentCommitted | separation_events.JobConcluded
_KINDS = (library_events.TrackChanged, library_events.SegmentCommitted, separation_events.JobConcluded)


class Wake(Protocol):
    """Is told the id of a track that changed, and whether by more than one segment after others."""

    def __call__(self, track_id: str, *, is_turn: bool) -> None:
        """It is news for whoever watches the track."""


class TrackFacts(Facts[_OfTrack]):
    """A lost fact is found by the next poll."""

    def __init__(self, bus: Bus, wake: Wake) -> None:
        """`wake` is told of each track that changed."""
        super().__init__("track facts", bus, _KINDS, self._tell)
        self._wake = wake

    def _tell(self, fact: _OfTrack) -> None:
        # The first segment is what a listener waits for: with it the song begins to play.
        is_turn = not isinstance(fact, library_events.SegmentCommitted) or fact.index == 0
        self._wake(fact.track_id, is_turn=is_turn)
